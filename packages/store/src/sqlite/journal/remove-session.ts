import { CuttleError } from '@cuttle/core-types/errors';
import type { Journal } from '@cuttle/core-types/ports';
import { query } from '../database.ts';
import { isRemovedKey, toGoneKey, toRemovedKey } from '../removed-key.ts';
import { lockSession, type LockedSession, type Unit } from '../unit.ts';
import { appendAudit } from './audit.ts';
import { requireSession } from './lineage.ts';
import { type InboundKey, removeInbound, removeRun } from './remove-run.ts';
import { findActiveRun } from './runs.ts';
import { hasOpenSubagents } from './subagent-waits.ts';
import { putTombstone } from './tombstones.ts';

/** Keys of imports under way. One that was not ended after so long never will be. */
export const importPrefix = 'import:';
const importMs = 3_600_000;

const selectFork = query<{ key: string }>(
  `SELECT session.key FROM lineage JOIN session ON session.space = 'main' AND session.id = lineage.session_id
WHERE lineage.space = 'main' AND lineage.source_id = ?1 AND lineage.session_id <> ?1 LIMIT 1`,
);
const selectControl = query<{ id: string }>(
  `SELECT id FROM inbound WHERE space = 'main' AND state = 'queued' AND control = 1 AND session_id = ? LIMIT 1`,
);
const hide = `UPDATE session SET key = ?, active_at = NULL WHERE row = ?`;
const removeWords = `DELETE FROM session_text WHERE rowid = ?`;
const disown = `DELETE FROM lineage WHERE space = 'main' AND session_id = ?`;
const uncount = `UPDATE store SET sessions = sessions - 1`;

/** Gone from every list at once; the rows go in slices, by `sweepSessions`. */
export function removeSession(
  unit: Unit,
  { sessionKey, by }: Parameters<Journal['removeSession']>[0],
): { sessionId: string } {
  const session = requireSession(unit, sessionKey);
  requireClosed(unit, session);
  const fork = unit.db.find(selectFork, session.id);
  if (fork)
    throw new CuttleError('session.forked', `The session ${fork.key} begins with ${sessionKey}.`);
  takeAway(unit, session, 'deleted');
  const details = { sessionKey, messages: session.messages };
  const subject = `session:${session.id}`;
  appendAudit(unit, { kind: 'session.delete', principal: by, subject, details });
  return { sessionId: session.id };
}

/** With the sessions of its sub-agents. `reason` is said in their chains. */
export function takeAway(unit: Unit, session: LockedSession, reason: string): void {
  hideSession(unit, session, reason);
  removeBelow(unit, { sessionId: session.id, reason });
}

export function isTakenAway({ key }: Pick<LockedSession, 'key'>): boolean {
  return isRemovedKey(key);
}

function hideSession(unit: Unit, session: LockedSession, reason: string): void {
  unit.db.run(hide, toRemovedKey(session.id), session.row);
  unit.db.run(removeWords, session.row);
  unit.db.run(uncount);
  unit.db.run(disown, session.id);
  putTombstone(unit, session, { uptoSeq: session.next_entry - 1, reason });
  unit.sessions.delete(session.id);
}

const selectBelow = query<{ session_id: string; parent_run: string }>(
  `SELECT session_id, parent_run FROM subagent WHERE space = 'main' AND parent_session = ? AND kind = 'task'`,
);

/** What its sub-agents said goes with it; a session that a person speaks in is that person's. */
export function removeBelow(
  unit: Unit,
  {
    sessionId,
    runId,
    reason,
  }: { readonly sessionId: string; readonly runId?: string; readonly reason: string },
): void {
  for (const below of unit.db.list(selectBelow, sessionId)) {
    if (runId !== undefined && below.parent_run !== runId) continue;
    const session = lockSession(unit, below.session_id);
    if (session.active_at !== null || isTakenAway(session)) continue;
    removeBelow(unit, { sessionId: session.id, reason });
    hideSession(unit, session, reason);
  }
}

const selectOpenDelivery = query<{ id: string }>(
  `SELECT outbound.id FROM inbound JOIN outbound ON outbound.space = 'main' AND outbound.conversation_id = inbound.conversation_id
WHERE inbound.space = 'main' AND inbound.session_id = ? AND inbound.seq > ? AND (outbound.state = 'prepared' OR outbound.state = 'sending' OR outbound.state = 'ambiguous') LIMIT 1`,
);
/** A lane's undelivered rows belong to its newest messages. */
const newest = 50;

function requireClosed(unit: Unit, session: LockedSession): void {
  const { key } = session;
  if (session.archived === 1)
    throw new CuttleError('session.archived', `The session ${key} is archived, so it is kept.`);
  const isOpen =
    findActiveRun(unit, session.id) !== undefined ||
    session.queued > 0 ||
    hasOpenSubagents(unit, session.id) ||
    unit.db.find(selectControl, session.id) !== undefined;
  if (isOpen) throw new CuttleError('session.busy', `Something runs or waits in ${key}.`);
  if (unit.db.find(selectOpenDelivery, session.id, session.next_inbound - newest))
    throw new CuttleError('session.busy', `An answer of ${key} is still being delivered.`);
}

const selectRemoved = query<SweptSession>(
  `SELECT id, row FROM session WHERE space = 'main' AND key >= 'removed:' AND key < 'removed;' ORDER BY key LIMIT 1`,
);
const selectLost = query<SweptSession>(
  `SELECT id, row FROM session WHERE space = 'main' AND key >= 'import:' AND key < 'import;' AND created_at <= ? ORDER BY key LIMIT 1`,
);
type SweptSession = Pick<LockedSession, 'id' | 'row'>;

/** One slice of what was removed. Returns how many rows went; its last row stays, empty, for what counts by its id. */
export function sweepSessions(unit: Unit, limit: number): number {
  const session = unit.db.find(selectRemoved) ?? unit.db.find(selectLost, unit.now - importMs);
  if (!session) return 0;
  const swept = sweepRuns(unit, session.id) || sweepRest(unit, session.id, limit);
  if (swept > 0) return swept;
  unit.db.run(empty, toGoneKey(session.id), session.row);
  return 1;
}

const empty = `UPDATE session SET key = ?, title = NULL, model = NULL, persona = NULL, thinking = NULL, messages = 0 WHERE row = ?`;

const selectEntries = query<{ run_id: string }>(
  `SELECT run_id FROM entry WHERE space = 'main' AND session_id = ? ORDER BY seq LIMIT ?`,
);
/** Entries of one slice: each goes with the message, the answer or the calls that it names. */
const mostEntries = 20;

/** The oldest runs, with all that was said and done in them; a long one bit by bit. Each run has an entry: its first input. */
function sweepRuns(unit: Unit, sessionId: string): number {
  const entries = unit.db.list(selectEntries, sessionId, mostEntries);
  let swept = 0;
  for (const runId of new Set(entries.map(({ run_id }) => run_id)))
    if (swept < mostEntries) swept += removeRun(unit, runId, mostEntries - swept);
  return swept;
}

const blank = `UPDATE outbound SET body = '{"v":1,"text":"","payload":null}'`;
const within = (table: string): string =>
  `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE space = 'main' AND session_id = ? LIMIT ?)`;
const blankNotices = `${blank} WHERE space = 'main' AND id IN (SELECT notice_id FROM inbound WHERE space = 'main' AND session_id = ? AND notice_id IS NOT NULL LIMIT ?)`;
const rest = ['event', 'summary', 'rewound'].map(within);
const selectInbounds = query<InboundKey>(
  `SELECT id, account_id, external_id FROM inbound WHERE space = 'main' AND session_id = ? LIMIT ?`,
);

/** Commands, refusals, and what the session itself had. */
function sweepRest(unit: Unit, sessionId: string, limit: number): number {
  unit.db.run(blankNotices, sessionId, limit);
  const inbounds = unit.db.list(selectInbounds, sessionId, Math.min(limit, mostEntries));
  for (const inbound of inbounds) removeInbound(unit, inbound);
  if (inbounds.length > 0) return inbounds.length;
  for (const statement of rest) {
    const swept = unit.db.run(statement, sessionId, limit);
    if (swept > 0) return swept;
  }
  return 0;
}
