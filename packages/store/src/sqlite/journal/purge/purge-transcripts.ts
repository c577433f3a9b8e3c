import { query } from '../../database.ts';
import type { InboundRecord } from '../../rows.ts';
import { isFromPerson, isOwnSession } from '../../person-match.ts';
import { lockSession, type LockedSession, type Unit } from '../../unit.ts';
import { cancelQueue, stopRun } from '../abort.ts';
import { removeInbound } from '../remove-run.ts';
import { isTakenAway, sweepSessions, takeAway } from '../remove-session.ts';
import { cancelQueued, findActiveRun } from '../runs.ts';
import { renameSession } from '../sessions.ts';
import { stopBelow } from '../stop-subagents.ts';
import { blankOutbound, blankRun } from './blank-run.ts';
import { closeLane } from './close-lane.ts';
import { forgetSummaries, listForks } from './forget-summaries.ts';
import type { AreaContext, AreaSlice, PurgeArea } from './purge-area.ts';
import { saltKey } from './salt-inbound.ts';

type Head = Pick<InboundRecord, 'id' | 'principal_id' | 'principal'> & { readonly row: number };

const selectNext = query<Head>(
  `SELECT rowid AS row, id, principal_id, principal FROM inbound WHERE rowid > ? ORDER BY rowid LIMIT ?`,
);
const selectInbound = query<InboundRecord>(`SELECT * FROM inbound WHERE space = 'main' AND id = ?`);

/** Runs of one slice: each has a few steps and calls. */
const mostTaken = 5;

/**
 * First each message is looked at: the person's own sessions are hidden whole, in shared ones their runs are blanked. Then what was
 * hidden is swept, as sessions that were deleted are. The cursor: the last message, and 1 while it sweeps.
 */
export const purgeTranscripts: PurgeArea = (context, [after, sweeps]) =>
  sweeps === 1 ? sweepHidden(context) : walkMessages(context, after);

function sweepHidden({ unit, limit }: AreaContext): AreaSlice {
  return { count: 0, next: sweepSessions(unit, limit) > 0 ? [0, 1] : undefined };
}

function walkMessages(context: AreaContext, after: number): AreaSlice {
  const { unit, trace, limit } = context;
  const rows = unit.db.list(selectNext, after, limit);
  let [count, taken, last] = [0, 0, after];
  for (const head of rows) {
    if (taken === mostTaken) return { count, next: [last, 0] };
    last = head.row;
    // A run that was blanked took its other messages with it.
    const row = isFromPerson(head, trace) ? unit.db.find(selectInbound, head.id) : undefined;
    if (!row || !isFromPerson(row, trace)) continue;
    count += takeMessage(context, row);
    taken += 1;
  }
  return { count, next: rows.length < limit ? [0, 1] : [last, 0] };
}

/** Returns how many entries went. */
function takeMessage(context: AreaContext, row: InboundRecord): number {
  const { unit } = context;
  const session = lockSession(unit, row.session_id);
  if (row.conversation_id !== null) closeLane(unit, row.conversation_id);
  if (isTakenAway(session)) {
    saltKey(unit, row);
    if (row.notice_id !== null) blankOutbound(unit.db, row.notice_id);
    return 0;
  }
  if (isOwnSession(unit.db, context.trace, session)) {
    saltKey(unit, row);
    return takeSession(unit, session);
  }
  return takeOut(context, session, row);
}

function takeSession(unit: Unit, session: LockedSession): number {
  const { messages } = session;
  const stop = { by: 'operator', reason: 'purged' } as const;
  const run = findActiveRun(unit, session.id);
  if (run) stopRun(unit, session, { run, closing: [], ...stop });
  stopBelow(unit, { sessionId: session.id }, stop);
  cancelQueue(unit, session, stop);
  forgetSummaries(unit, session, 0);
  // A title may be made of their words.
  for (const fork of listForks(unit, session)) renameSession(unit, fork, null);
  takeAway(unit, session, 'purged');
  return messages;
}

/** Out of a session that others share. */
function takeOut({ unit, words }: AreaContext, session: LockedSession, row: InboundRecord): number {
  const active = findActiveRun(unit, session.id);
  if (active && active.id === row.run_id)
    stopRun(unit, session, { run: active, closing: [], by: 'operator', reason: 'purged' });
  if (row.run_id !== null) return blankRun(unit, session, { runId: row.run_id, words });
  // Refused, a command, or never begun: nothing in the transcript names it.
  if (row.state === 'queued' && row.control === 0)
    cancelQueued(unit, session, { row, reason: 'purged' });
  if (row.notice_id !== null) blankOutbound(unit.db, row.notice_id);
  // Its key is another one now.
  saltKey(unit, row);
  const salted = unit.db.find(selectInbound, row.id);
  if (salted) removeInbound(unit, salted);
  return 1;
}
