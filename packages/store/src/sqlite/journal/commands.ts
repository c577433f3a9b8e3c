import { CuttleError } from '@cuttle/core-types/errors';
import type { CommandInput, Journal, LastWords } from '@cuttle/core-types/ports';
import { query } from '../database.ts';
import type { InboundRecord } from '../rows.ts';
import { addEvent, type LockedSession, lockSession, toSettled, type Unit } from '../unit.ts';
import { cancelQueue, stopRun } from './abort.ts';
import { endApproval, findApprovalRow, stateNow } from './approvals.ts';
import { addOutbounds } from './outbound.ts';
import { renewSession } from './renew.ts';
import { addPin, removePin } from './pins.ts';
import { findActiveRun } from './runs.ts';
import { setPersona } from './sessions.ts';
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
  const stale = input.approval && decide(unit, input.approval);
  if (stale !== undefined) return { ...nothing, stale };
  const session = lockSession(unit, row.session_id);
  const aborted = stop(unit, session, { row, input });
  if (input.reset) resetSession(unit, session);
  if (input.model !== undefined) session.model = input.model;
  if (input.queueMode !== undefined) session.queue_mode = input.queueMode;
  if (input.persona !== undefined) setPersona(unit, session, input.persona);
  if (input.pin) addPin(unit, input.pin);
  if (input.unpin) removePin(unit, input.unpin);
  answer(unit, session, { row, input });
  return { settled: true, aborted, ...toSettled(unit) };
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

function wordsIn({ stop: words }: CommandInput): LastWords {
  return words ?? { closing: [] };
}

/** A stop reaches what was there before it was said: a message that came later is a new wish. */
function stop(
  unit: Unit,
  session: LockedSession,
  command: { readonly row: InboundRecord; readonly input: CommandInput },
): string | undefined {
  const { row, input } = command;
  if (!input.stop && !input.reset) return undefined;
  const reason = input.reset ? 'reset' : 'stopped';
  const run = findActiveRun(unit, session.id);
  const first = run && unit.db.find(selectInbound, run.id);
  const isReached = first !== undefined && first.seq < row.seq;
  if (run && isReached) stopRun(unit, session, { run, by: 'user', ...wordsIn(input), reason });
  const keep = isReached ? undefined : run?.id;
  stopBelow(unit, { sessionId: session.id, keep }, { by: 'user', reason });
  cancelQueue(unit, session, { reason, beforeSeq: row.seq });
  return isReached ? run?.id : undefined;
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

function answer(
  unit: Unit,
  session: LockedSession,
  command: { readonly row: InboundRecord; readonly input: CommandInput },
): void {
  const { row, input } = command;
  unit.db.run(settleRow, input.reply, unit.now, row.id);
  addOutbounds(unit, input.outbound);
  unit.inbounds.push(row.id);
  addEvent(unit, session, { kind: 'command', ref: { inboundId: row.id } });
}
