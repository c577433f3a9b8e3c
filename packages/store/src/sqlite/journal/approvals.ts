import type { ApprovalDraft, ApprovalEnd, Journal } from '@cuttle/core-types/ports';
import type { ParkReason } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import { query } from '../database.ts';
import type { ApprovalRecord, CallRecord, RunRecord } from '../rows.ts';
import { fromStored, fromStoredOr, toStored } from '../stored-json.ts';
import { addEvent, lockSession, type LockedSession, toCommitted, type Unit } from '../unit.ts';
import { addOutbound, addOutbounds, replaceMessage } from './outbound.ts';
import { findActiveRun, findRunRow, isSettledUnder, mayJoin, requireHeld } from './runs.ts';
import { toCallRow } from './steps.ts';
import { haveEnded, isSteered } from './subagent-waits.ts';

type Input<Name extends keyof Journal> = Parameters<Journal[Name]>[0];
type Output<Name extends keyof Journal> = Awaited<ReturnType<Journal[Name]>>;

const park = `UPDATE run SET state = 'parked', fence = NULL, wait = ?, resume_at = ? WHERE space = 'main' AND id = ?`;

const countStall = `UPDATE run SET stalls = stalls + 1 WHERE space = 'main' AND id = ?`;

/** The run frees its lease and waits; what it waits for is asked in the same transaction. */
export function parkRun(unit: Unit, input: Input<'parkRun'>): Output<'parkRun'> {
  const { runId, fence, reason } = input;
  const known = findRunRow(unit, runId);
  if (isSettledUnder(known, fence)) return { ready: known.state === 'ready', ...toCommitted(unit) };
  const run = requireHeld(unit, known, input);
  const session = lockSession(unit, run.session_id);
  for (const draft of input.approvals) addApproval(unit, session, { run, draft });
  putToWait(unit, session, { run, reason, resumeAt: input.resumeAt });
  if (input.untried) unit.db.run(countStall, runId);
  // Whoever steered while the call was planned has said already what they want instead.
  const steered = reason.kind !== 'backoff' && isSteered(unit, session, run);
  if (steered && reason.kind === 'approval') withdrawApprovals(unit, runId);
  const ready = isOver(unit, reason) || (steered && reason.kind === 'child');
  if (ready) readyRun(unit, runId);
  return { ready, ...toCommitted(unit) };
}

// A step that is open while its run waits has no call under way.
const noCall = `UPDATE step SET counted = attempt WHERE space = 'main' AND run_id = ? AND state = 'open' AND counted = attempt - 1`;

/** The lease is freed; `reason` names what must change before the run goes on. */
export function putToWait(
  unit: Unit,
  session: LockedSession,
  wait: {
    readonly run: RunRecord;
    readonly reason: ParkReason;
    readonly resumeAt?: number | undefined;
  },
): void {
  const { run, reason } = wait;
  unit.db.run(noCall, run.id);
  unit.db.run(park, toStored(reason), wait.resumeAt ?? null, run.id);
  addEvent(unit, session, { kind: 'run.park', runId: run.id, ref: { detail: reason } });
}

const selectApproval = query<ApprovalRecord>(
  `SELECT * FROM approval WHERE space = 'main' AND id = ?`,
);

export function findApprovalRow(unit: Unit, approvalId: string): ApprovalRecord | undefined {
  return unit.db.find(selectApproval, approvalId);
}

/** What the run is to wait for may have come while it was still working: then nothing would ever wake it. */
function isOver(unit: Unit, reason: ParkReason): boolean {
  if (reason.kind === 'child') return haveEnded(unit, reason.ref);
  if (reason.kind === 'backoff') return false;
  const approval = findApprovalRow(unit, reason.ref);
  return approval !== undefined && approval.state !== 'pending';
}

const selectCall = query<CallRecord>(`SELECT * FROM call WHERE space = 'main' AND id = ?`);
const selectApprovalOfCall = query<ApprovalRecord>(
  `SELECT * FROM approval WHERE space = 'main' AND call_id = ?`,
);
const insertApproval = `INSERT INTO approval (id, call_id, run_id, session_id, plan_hash, ask_id, ask_ends, state, expires_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, 'pending', ?, ?)`;

export function findApprovalOfCall(unit: Unit, callRow: string): ApprovalRecord | undefined {
  return unit.db.find(selectApprovalOfCall, callRow);
}

/** One approval per call for its whole life: a call that was asked about already is not asked again. */
function addApproval(
  unit: Unit,
  session: LockedSession,
  input: { readonly run: RunRecord; readonly draft: ApprovalDraft },
): void {
  const { run, draft } = input;
  const { step, index, approvalId } = draft;
  const callRow = toCallRow(run.id, step, index);
  if (findApprovalOfCall(unit, callRow)) return;
  const call = unit.db.find(selectCall, callRow);
  if (call?.state !== 'planned' || call.plan_hash !== draft.planHash)
    throw new CuttleError('request.invalid', `Call ${callRow} is not planned with this hash.`);
  const askId = draft.ask ? addOutbound(unit, draft.ask) : null;
  unit.db.run(
    insertApproval,
    approvalId,
    callRow,
    run.id,
    run.session_id,
    draft.planHash,
    askId,
    askId !== null && draft.ends ? toStored(draft.ends) : null,
    draft.expiresAt,
    unit.now,
  );
  const ref = { approvalId, step, index };
  addEvent(unit, session, { kind: 'approval.request', runId: run.id, ref });
}

/** Compare-and-set on a pending approval: the first decision wins. */
export function decideApproval(
  unit: Unit,
  input: Input<'decideApproval'>,
): Output<'decideApproval'> {
  const { approvalId, decision, by } = input;
  const approval = findApprovalRow(unit, approvalId);
  if (!approval) return { kind: 'unknown' };
  const state = stateNow(unit, approval);
  const isDecision = decision === 'approved' || decision === 'denied';
  if (approval.state !== 'pending' || (isDecision && state !== 'pending'))
    return { kind: 'stale', state };
  endApproval(unit, approval, { state: decision, by: isDecision ? by : null });
  addOutbounds(unit, input.outbound);
  return {
    kind: 'decided',
    runId: approval.run_id,
    sessionId: approval.session_id,
    ...toCommitted(unit),
  };
}

/** An approval past its time can no longer be given, whether or not anything has noticed yet. */
export function stateNow(unit: Unit, approval: ApprovalRecord): ApprovalRecord['state'] {
  return approval.state === 'pending' && approval.expires_at <= unit.now
    ? 'expired'
    : approval.state;
}

const selectPending =
  query<ApprovalRecord>(`SELECT approval.* FROM call JOIN approval ON approval.space = 'main' AND approval.call_id = call.id
WHERE call.space = 'main' AND call.run_id = ? AND call.state = 'planned' AND approval.state = 'pending' ORDER BY call.n, call.i`);

function withdrawApprovals(unit: Unit, runId: string): void {
  for (const approval of unit.db.list(selectPending, runId))
    endApproval(unit, approval, { state: 'cancelled', by: null });
}

/** The person whom a waiting run answers has said something else meanwhile: what it waits for is withdrawn, and it goes on. */
export function freeParked(
  unit: Unit,
  session: LockedSession,
  inboundId: string,
): Pick<RunRecord, 'id' | 'created_at'> | undefined {
  const run = findActiveRun(unit, session.id);
  if (run?.state !== 'parked' || run.wait === null) return undefined;
  const { kind } = fromStored(run.wait);
  if (kind === 'backoff' || !mayJoin(unit, run, inboundId)) return undefined;
  if (kind === 'child') readyRun(unit, run.id);
  else withdrawApprovals(unit, run.id);
  return run;
}

const updateApproval = `UPDATE approval SET state = ?, decided_by = ?, decided_at = ? WHERE space = 'main' AND id = ? AND state IN ('pending', 'approved')`;

/** Any end of an approval wakes the run that waits for one. */
export function endApproval(
  unit: Unit,
  approval: ApprovalRecord,
  end: {
    readonly state: ApprovalEnd;
    readonly by: string | null;
  },
): void {
  const { id: approvalId, run_id: runId } = approval;
  unit.db.run(updateApproval, end.state, end.by, unit.now, approvalId);
  const session = lockSession(unit, approval.session_id);
  const ref = { approvalId, detail: end.state };
  addEvent(unit, session, { kind: 'approval.resolve', runId, ref });
  closeAsk(unit, approval, end.state);
  const run = findRunRow(unit, runId);
  if (run?.state !== 'parked' || run.wait === null) return;
  if (fromStored(run.wait).kind === 'approval') readyRun(unit, runId);
}

/** Nobody is left with a question that has ended, nor with buttons that do nothing. */
function closeAsk(unit: Unit, approval: ApprovalRecord, end: ApprovalEnd): void {
  if (approval.ask_id === null) return;
  const ends = fromStoredOr(approval.ask_ends);
  replaceMessage(unit, approval.ask_id, ends?.[end]);
}

const ready = `UPDATE run SET state = 'ready', wait = NULL, resume_at = NULL WHERE space = 'main' AND id = ? AND state = 'parked'`;

function readyRun(unit: Unit, runId: string): void {
  unit.db.run(ready, runId);
}

/** What a call was waiting for is withdrawn with it. */
export function cancelApprovalOf(unit: Unit, callRow: string): void {
  const approval = findApprovalOfCall(unit, callRow);
  if (approval?.state === 'pending' || approval?.state === 'approved')
    endApproval(unit, approval, { state: 'cancelled', by: null });
}

const consume = `UPDATE approval SET state = 'consumed', decided_at = ? WHERE space = 'main' AND id = ? AND call_id = ? AND plan_hash = ? AND state = 'approved'`;

/** `approved → consumed`, bound to the call and its plan. Throws `tool.denied` where that is not what was approved. */
export function consumeApproval(unit: Unit, call: CallRecord, approvalId: string): void {
  const consumed = unit.db.run(consume, unit.now, approvalId, call.id, call.plan_hash);
  const again = call.state === 'started' && call.approval_id === approvalId;
  if (consumed === 0 && !again)
    throw new CuttleError('tool.denied', `Approval ${approvalId} does not allow call ${call.id}.`);
}

const selectExpired = query<ApprovalRecord>(
  `SELECT * FROM approval WHERE space = 'main' AND state = 'pending' AND expires_at <= ? ORDER BY expires_at LIMIT ?`,
);

/** Pending approvals whose time has passed. Returns how many. */
export function expireApprovals(unit: Unit, limit: number): number {
  const rows = unit.db.list(selectExpired, unit.now, limit);
  for (const approval of rows) endApproval(unit, approval, { state: 'expired', by: null });
  return rows.length;
}
