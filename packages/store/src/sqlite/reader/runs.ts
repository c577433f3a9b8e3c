import type {
  Reader,
  StoredCall,
  FoundInbound,
  StoredInbound,
  StoredRun,
  StoredStep,
} from '@cuttle/core-types/ports';
import { query } from '../database.ts';
import type { ApprovalRecord, CallRecord, InboundRecord, RunRecord, StepRow } from '../rows.ts';
import { fromStored, fromStoredOr, toJson } from '../stored-json.ts';
import type { View } from '../view.ts';
import { toText } from '../entry-text.ts';

const selectRun =
  query<RunWithPlace>(`SELECT run.*, session.key AS session_key, inbound.principal_id, inbound.trust FROM run
JOIN session ON session.space = 'main' AND session.id = run.session_id
JOIN inbound ON inbound.space = 'main' AND inbound.id = run.id
WHERE run.space = 'main' AND run.id = ?`);
type RunWithPlace = RunRecord &
  Pick<InboundRecord, 'principal_id' | 'trust'> & { readonly session_key: string };

const selectSteps = query<StepRow>(
  `SELECT * FROM step WHERE space = 'main' AND run_id = ? ORDER BY n`,
);
const selectCalls =
  query<CallWithApproval>(`SELECT call.*, approval.id AS asked_id, approval.state AS asked_state FROM call
LEFT JOIN approval ON approval.space = 'main' AND approval.call_id = call.id
WHERE call.space = 'main' AND call.run_id = ? ORDER BY call.n, call.i`);
type CallWithApproval = CallRecord & {
  readonly asked_id: string | null;
  readonly asked_state: ApprovalRecord['state'] | null;
};
const selectBound = query<{ id: string }>(
  `SELECT id FROM inbound WHERE space = 'main' AND run_id = ? ORDER BY seq`,
);

export function findRun(view: View, runId: string): StoredRun | undefined {
  const { db } = view;
  const row = db.find(selectRun, runId);
  if (!row) return undefined;
  const calls = db.list(selectCalls, runId);
  const steps = db.list(selectSteps, runId).map((step) =>
    toStoredStep(
      step,
      calls.filter((call) => call.n === step.n),
    ),
  );
  return {
    runId: row.id,
    sessionId: row.session_id,
    sessionKey: row.session_key,
    state: row.state,
    wait: row.wait === null ? undefined : toJson(row.wait),
    outcome: fromStoredOr(row.outcome),
    steps,
    inbounds: db.list(selectBound, runId).map(({ id }) => id),
    principalId: row.principal_id,
    trust: row.trust,
    createdAt: row.created_at,
    endedAt: row.ended_at ?? undefined,
  };
}

function toStoredStep(row: StepRow, calls: readonly CallWithApproval[]): StoredStep {
  return {
    step: row.n,
    state: row.state,
    attempt: row.attempt,
    uptoSeq: row.upto_seq,
    summaryUpto: row.summary_upto ?? undefined,
    answer: fromStoredOr(row.answer),
    finish: row.finish ?? undefined,
    usage: fromStoredOr(row.usage),
    calls: calls.map(toStoredCall),
  };
}

function toStoredCall(row: CallWithApproval): StoredCall {
  return {
    index: row.i,
    callId: row.call_id,
    tool: row.tool,
    input: fromStored(row.input),
    effect: row.effect,
    planHash: row.plan_hash,
    gated: row.gated === 1,
    approvalId: row.asked_id ?? undefined,
    approvalState: row.asked_state ?? undefined,
    state: row.state,
    attempt: row.attempt,
    deadline: row.deadline ?? undefined,
    result: fromStoredOr(row.result),
  };
}

const withKey = `SELECT inbound.*, session.key AS session_key FROM inbound JOIN session ON session.space = 'main' AND session.id = inbound.session_id WHERE inbound.space = 'main'`;
const selectById = query<InboundWithKey>(`${withKey} AND inbound.id = ?`);
const selectByExternal = query<InboundWithKey>(
  `${withKey} AND inbound.account_id = ? AND inbound.external_id = ?`,
);
export type InboundWithKey = InboundRecord & { readonly session_key: string };

export function findInbound(
  view: View,
  input: Parameters<Reader['findInbound']>[0],
): FoundInbound | undefined {
  const row =
    'inboundId' in input
      ? findInboundRow(view, input.inboundId)
      : view.db.find(selectByExternal, input.accountId, input.externalId);
  return row && { ...toStoredInbound(row), principal: fromStored(row.principal) };
}

export function findInboundRow(view: View, inboundId: string): InboundWithKey | undefined {
  return view.db.find(selectById, inboundId);
}

export function toStoredInbound(row: InboundWithKey): StoredInbound {
  return {
    inboundId: row.id,
    sessionId: row.session_id,
    sessionKey: row.session_key,
    state: row.state,
    runId: row.run_id ?? undefined,
    reason: row.reason ?? undefined,
    reply: row.reply ?? undefined,
    text: toText(row.body),
    ...platformFactsOf(row.body),
    ...(row.after_id !== null && { after: row.after_id }),
    at: row.at,
  };
}

function platformFactsOf(body: InboundRecord['body']): Pick<StoredInbound, 'messageId' | 'merged'> {
  const { messageId, merged } = fromStored(body);
  return {
    ...(messageId !== undefined && { messageId }),
    ...(merged !== undefined && { merged }),
  };
}
