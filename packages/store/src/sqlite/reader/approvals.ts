import type { ApprovalRow, Reader } from '@cuttle/core-types/ports';
import { query } from '../database.ts';
import type { ApprovalRecord, CallRecord } from '../rows.ts';
import { fromStored } from '../stored-json.ts';
import { toLimit, type View } from '../view.ts';

const withCall = `SELECT approval.*, call.n, call.i, call.tool, call.input, run.created_at AS run_created_at, session.key AS session_key FROM approval
JOIN call ON call.space = 'main' AND call.id = approval.call_id
JOIN run ON run.space = 'main' AND run.id = approval.run_id
JOIN session ON session.space = 'main' AND session.id = approval.session_id
WHERE approval.space = 'main'`;
const selectById = query<ApprovalWithCall>(`${withCall} AND approval.id = ?`);
const selectPending = query<ApprovalWithCall>(
  `${withCall} AND approval.state = 'pending' AND (?1 IS NULL OR approval.session_id = ?1) ORDER BY approval.expires_at LIMIT ?2`,
);
type ApprovalWithCall = ApprovalRecord &
  Pick<CallRecord, 'n' | 'i' | 'tool' | 'input'> & {
    readonly session_key: string;
    readonly run_created_at: number;
  };

/** Those that wait for a decision, the most urgent first. */
export function listApprovals(
  view: View,
  input: Parameters<Reader['listApprovals']>[0],
): ApprovalRow[] {
  const rows = view.db.list(selectPending, input.sessionId ?? null, toLimit(input.limit));
  return rows.map(toApprovalRow);
}

export function findApproval(view: View, approvalId: string): ApprovalRow | undefined {
  const row = view.db.find(selectById, approvalId);
  return row && toApprovalRow(row);
}

function toApprovalRow(row: ApprovalWithCall): ApprovalRow {
  return {
    approvalId: row.id,
    runId: row.run_id,
    runCreatedAt: row.run_created_at,
    sessionId: row.session_id,
    sessionKey: row.session_key,
    step: row.n,
    index: row.i,
    tool: row.tool,
    input: fromStored(row.input),
    planHash: row.plan_hash,
    state: row.state,
    expiresAt: row.expires_at,
  };
}
