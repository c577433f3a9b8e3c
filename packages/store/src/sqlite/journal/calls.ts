import type { ToolResultPart } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import type { Committed, Journal, OutboundDraft } from '@cuttle/core-types/ports';
import { textFor } from '@cuttle/core-types/texts';
import { query } from '../database.ts';
import type { CallRecord, RunRecord } from '../rows.ts';
import { toStored } from '../stored-json.ts';
import { addEvent, lockSession, type LockedSession, toCommitted, type Unit } from '../unit.ts';
import { useBlobs } from './blobs.ts';
import { cancelApprovalOf, consumeApproval } from './approvals.ts';
import { addOutbounds } from './outbound.ts';
import { addTaint, holdRun, noteProgress } from './runs.ts';
import { toCallRow } from './steps.ts';

const selectCall = query<CallRecord>(`SELECT * FROM call WHERE space = 'main' AND id = ?`);

function findCall(unit: Unit, place: { runId: string; step: number; index: number }): CallRecord {
  const id = toCallRow(place.runId, place.step, place.index);
  const call = unit.db.find(selectCall, id);
  if (!call) throw new CuttleError('request.invalid', `There is no call ${id}.`);
  return call;
}

/** Calls become `started`: the row that permits an effect, with its deadline, before the effect. */
export function startCalls(unit: Unit, input: Parameters<Journal['startCalls']>[0]): Committed {
  const { runId, step } = input;
  const run = holdRun(unit, runId, input.fence);
  const session = lockSession(unit, run.session_id);
  for (const start of input.calls) {
    const call = findCall(unit, { runId, step, index: start.index });
    startCall(unit, call, start);
    if (call.state !== 'planned') continue;
    noteProgress(unit, run);
    addEvent(unit, session, { kind: 'tool.call', runId, ref: { step, index: start.index } });
  }
  return toCommitted(unit);
}

const start = `UPDATE call SET state = 'started', attempt = attempt + 1, deadline = ?, approval_id = ?, started_at = ? WHERE space = 'main' AND id = ?`;

function startCall(
  unit: Unit,
  call: CallRecord,
  input: { deadline: number; approvalId?: string | undefined },
): void {
  if (call.state !== 'planned' && call.state !== 'started')
    throw new CuttleError('request.invalid', `Call ${call.id} has ended (${call.state}).`);
  if (call.state === 'started' && call.effect === 'opaque')
    throw new CuttleError(
      'request.invalid',
      `Call ${call.id} is opaque and was started before; it is never started again.`,
    );
  const { approvalId } = input;
  if (approvalId !== undefined) consumeApproval(unit, call, approvalId);
  else if (call.gated === 1 && call.approval_id === null)
    throw new CuttleError('tool.denied', `Call ${call.id} needs an approval that was given.`);
  const approval = approvalId ?? call.approval_id;
  unit.db.run(start, input.deadline, approval, unit.now, call.id);
}

/** A call becomes terminal, with its result, the messages it asked to send and the taint it brought. */
export function finishCall(unit: Unit, input: Parameters<Journal['finishCall']>[0]): Committed {
  const { state, result } = input;
  const run = holdRun(unit, input.runId, input.fence);
  const call = findCall(unit, input);
  if (call.state === state) return toCommitted(unit);
  requireStep(call, state);
  const session = lockSession(unit, run.session_id);
  closeCall(unit, session, { run, call, state, result });
  addTaint(unit, session, { run, sources: input.taint });
  addOutbounds(unit, input.outbound);
  keepFiles(unit, call, input.outbound);
  noteProgress(unit, run);
  return toCommitted(unit);
}

/** The call keeps the files of what it sends: they go with it, as the words of its messages do. */
function keepFiles(unit: Unit, { id }: CallRecord, drafts: readonly OutboundDraft[]): void {
  for (const { body } of drafts)
    if (body.files) useBlobs(unit, { callId: id }, toStored(body.files));
}

type EndState = Parameters<Journal['finishCall']>[0]['state'];

/** How a call may end, by where it is: `cancelled` means that it never started. */
const ends: Readonly<Record<CallRecord['state'], readonly EndState[]>> = {
  planned: ['failed', 'cancelled'],
  started: ['done', 'failed', 'unknown'],
  done: [],
  failed: [],
  unknown: [],
  cancelled: [],
};

function requireStep(call: CallRecord, to: EndState): void {
  if (ends[call.state].includes(to)) return;
  throw new CuttleError(
    'request.invalid',
    `Call ${call.id} is ${call.state}; it cannot become ${to}.`,
  );
}

const close = `UPDATE call SET state = ?, result = ?, ended_at = ? WHERE space = 'main' AND id = ?`;

/** A call that ends without having been shown is shown with its end: each `tool.result` follows one `tool.call`. */
function closeCall(
  unit: Unit,
  session: LockedSession,
  end: {
    readonly run: RunRecord;
    readonly call: CallRecord;
    readonly state: EndState;
    readonly result: ToolResultPart;
  },
): void {
  const { run, call, state, result } = end;
  const ref = { step: call.n, index: call.i };
  const stored = toStored(result);
  unit.db.run(close, state, stored, unit.now, call.id);
  useBlobs(unit, { callId: call.id }, stored);
  if (call.state === 'planned') {
    cancelApprovalOf(unit, call.id);
    addEvent(unit, session, { kind: 'tool.call', runId: run.id, ref });
  }
  addEvent(unit, session, { kind: 'tool.result', runId: run.id, ref });
}

const selectOpen = query<CallRecord>(
  `SELECT * FROM call WHERE space = 'main' AND run_id = ? AND n = ? AND state IN ('planned', 'started') ORDER BY i`,
);

/** The end of a run: what never started is cancelled, what had started is unknown. Each call has a result then. */
export function closeOpenCalls(
  unit: Unit,
  session: LockedSession,
  input: { readonly run: RunRecord; readonly step: number },
): void {
  const { run, step } = input;
  for (const call of unit.db.list(selectOpen, run.id, step)) {
    const started = call.state === 'started';
    const text = textFor(started ? 'tool.outcome-unknown' : 'tool.cancelled');
    const result: ToolResultPart = {
      type: 'tool-result',
      callId: call.call_id,
      name: call.tool,
      ok: false,
      content: [{ type: 'text', text }],
    };
    closeCall(unit, session, { run, call, state: started ? 'unknown' : 'cancelled', result });
  }
}
