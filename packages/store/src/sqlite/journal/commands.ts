import { CuttleError } from '@cuttle/core-types/errors';
import type { CommandInput, Journal, LastWords } from '@cuttle/core-types/ports';
import { query } from '../database.ts';
import type { InboundRecord } from '../rows.ts';
import { addEvent, type LockedSession, lockSession, toSettled, type Unit } from '../unit.ts';
import { cancelQueue, stopRun } from './abort.ts';
import { endApproval, findApprovalRow, stateNow } from './approvals.ts';
import { addOutbounds } from './outbound.ts';
import { tryCode } from './pairing.ts';
import { renewSession } from './renew.ts';
import { addPin, removePin } from './pins.ts';
import { findActiveRun } from './runs.ts';
import { canGoBack, forkSession, rewindTo } from './lineage.ts';
import { setPersona, setThinking } from './sessions.ts';
import { stopBelow } from './stop-subagents.ts';

const selectInbound = query<InboundRecord>(`SELECT * FROM inbound WHERE space = 'main' AND id = ?`);

/** Does what a command asks and settles its inbound, once. */
export function settleCommand(
  unit: Unit,
  input: CommandInput,
): Awaited<ReturnType<Journal['settleCommand']>> {
  const row = unit.db.find(selectInbound, input.inboundId);
  if (!row || row.control === 0)
    throw new CuttleError('request.invalid', `Inbound ${input.inboundId} is no command.`);
  const nothing = { settled: false, aborted: undefined, ...toSettled(unit) };
  if (row.state !== 'queued') return nothing;
  const session = lockSession(unit, row.session_id);
  const stale = staleOf(unit, session, { row, input });
  if (stale !== undefined) return { ...nothing, stale };
  const aborted = stop(unit, session, { row, input });
  const forkId = turn(unit, session, input);
  choose(unit, session, input);
  answer(unit, session, { row, input });
  return { settled: true, aborted, ...(forkId !== undefined && { forkId }), ...toSettled(unit) };
}

/** Where the conversation goes on: anew, from further back, or also in another session, whose id is given. */
function turn(unit: Unit, session: LockedSession, input: CommandInput): string | undefined {
  const { reset, rewind, fork } = input;
  if (reset) resetSession(unit, session);
  if (rewind) rewindTo(unit, session, rewind.toEntry);
  return fork && forkOf(unit, session, fork);
}

function choose(unit: Unit, session: LockedSession, input: CommandInput): void {
  if (input.model !== undefined) session.model = input.model;
  if (input.queueMode !== undefined) session.queue_mode = input.queueMode;
  if (input.persona !== undefined) setPersona(unit, session, input.persona);
  if (input.thinking !== undefined) setThinking(unit, session, input.thinking);
  if (input.pin) addPin(unit, input.pin);
  if (input.unpin) removePin(unit, input.unpin);
}

/** How what the command is about has changed since somebody looked; nothing is written then. */
function staleOf(
  unit: Unit,
  session: LockedSession,
  { row, input: { approval, rewind, fork, pairing } }: Command,
): string | undefined {
  if (pairing) return decideCode(unit, pairing);
  if (rewind) {
    const { run, isReached } = runBefore(unit, session, row);
    if (!canGoBack(unit, session, rewind.toEntry) || (run && !isReached)) return 'gone';
  }
  if (fork && session.messages === 0) return 'gone';
  return approval && decide(unit, approval);
}

function forkOf(
  unit: Unit,
  { key: sourceKey, agent_id: agentId }: LockedSession,
  fork: NonNullable<CommandInput['fork']>,
): string {
  return forkSession(unit, { sourceKey, agentId, ...fork }).session.sessionId;
}

/** The state that was there first, where the decision comes too late. */
function decide(unit: Unit, decision: NonNullable<CommandInput['approval']>): string | undefined {
  const approval = findApprovalRow(unit, decision.approvalId);
  if (!approval) return 'unknown';
  const state = stateNow(unit, approval);
  if (state !== 'pending') return state;
  endApproval(unit, approval, { state: decision.decision, by: decision.by });
  return undefined;
}

function wordsIn({ stop: words, rewind }: CommandInput): LastWords {
  return words ?? rewind ?? { closing: [] };
}

/** A wrong code is counted, though nothing else is done. */
function decideCode(
  unit: Unit,
  decision: NonNullable<CommandInput['pairing']>,
): string | undefined {
  const outcome = tryCode(unit, decision);
  if (outcome.kind === 'decided') return undefined;
  return outcome.kind === 'locked' ? `locked:${outcome.until}` : outcome.kind;
}

interface Command {
  readonly row: InboundRecord;
  readonly input: CommandInput;
}

/** A stop reaches what was there before it was said: a message that came later is a new wish. */
function stop(unit: Unit, session: LockedSession, { row, input }: Command): string | undefined {
  const reason = reasonOf(input);
  if (reason === undefined) return undefined;
  const { run, isReached } = runBefore(unit, session, row);
  if (run && isReached) stopRun(unit, session, { run, by: 'user', ...wordsIn(input), reason });
  const keep = isReached ? undefined : run?.id;
  stopBelow(unit, { sessionId: session.id, keep }, { by: 'user', reason });
  // What waits was said after what is taken back, and has its turn.
  if (reason !== 'rewound') cancelQueue(unit, session, { reason, beforeSeq: row.seq });
  return isReached ? run?.id : undefined;
}

/** Why runs are stopped by this; undefined: none is. */
function reasonOf({
  stop: stops,
  reset,
  rewind,
}: CommandInput): 'reset' | 'rewound' | 'stopped' | undefined {
  if (reset) return 'reset';
  if (rewind) return 'rewound';
  return stops && 'stopped';
}

/** The active run, and whether it began before the command was accepted. */
function runBefore(
  unit: Unit,
  session: LockedSession,
  row: InboundRecord,
): { readonly run: ReturnType<typeof findActiveRun>; readonly isReached: boolean } {
  const run = findActiveRun(unit, session.id);
  const first = run && unit.db.find(selectInbound, run.id);
  return { run, isReached: first !== undefined && first.seq < row.seq };
}

function resetSession(unit: Unit, session: LockedSession): void {
  if (findActiveRun(unit, session.id))
    throw new CuttleError(
      'request.invalid',
      'A run that began after this command is active; the session cannot be reset under it.',
    );
  renewSession(unit, session);
}

const settleRow = `UPDATE inbound SET state = 'answered', reason = 'command', reply = ?, settled_at = ? WHERE space = 'main' AND id = ?`;

function answer(unit: Unit, session: LockedSession, { row, input }: Command): void {
  unit.db.run(settleRow, input.reply, unit.now, row.id);
  addOutbounds(unit, input.outbound);
  unit.inbounds.push(row.id);
  addEvent(unit, session, { kind: 'command', ref: { inboundId: row.id } });
}
