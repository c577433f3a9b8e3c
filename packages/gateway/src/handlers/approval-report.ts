import type { ApprovalRow } from '@cuttle/core-types/ports';
import type { ResultOf } from '@cuttle/core-types/protocol';
import { isoTime } from '../iso-time.ts';

export function askedToReport(
  row: ApprovalRow,
): ResultOf<'exec.approvals.list'>['approvals'][number] {
  const { approvalId, runId, sessionKey, tool, input, planHash, state, expiresAt } = row;
  return {
    approvalId,
    runId,
    sessionKey,
    tool,
    input,
    planHash,
    state,
    expiresAt: isoTime(expiresAt),
  };
}
