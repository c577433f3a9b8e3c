import type { Principal } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import { textFor } from '@cuttle/core-types/texts';
import { authorise } from '@cuttle/security/policy';
import { askedPerson } from './commands/approve-command.ts';
import type { Kernel } from './kernel.ts';
import { seqAfter } from './run-state.ts';

/** Decides a waiting call; the first decision wins. Throws `approval.not-found` or `access.denied`. */
export async function decideApproval(
  kernel: Kernel,
  {
    approvalId,
    decision,
    principal,
  }: { approvalId: string; decision: 'approved' | 'denied'; principal: Principal },
): Promise<void> {
  const found = await kernel.store.reader.findApproval(approvalId);
  if (!found) throw new CuttleError('approval.not-found', textFor('approval.unknown'));
  const ownerPrincipalId = await askedPerson(kernel, found.runId);
  const may = authorise(principal, 'approval.decide', { kind: 'approval', ownerPrincipalId });
  if (may.kind !== 'allow') throw new CuttleError('access.denied', textFor(may.reason));
  const result = await kernel.store.journal.decideApproval({
    approvalId,
    decision,
    by: principal.id,
    outbound: [],
  });
  if (result.kind === 'stale')
    throw new CuttleError('approval.not-found', textFor('approval.stale', { state: result.state }));
  if (result.kind === 'unknown')
    throw new CuttleError('approval.not-found', textFor('approval.unknown'));
  const { runId, sessionId, events, conversations } = result;
  for (const conversationId of conversations) kernel.dispatcher.wake(conversationId);
  const event = { type: 'approval.resolve' as const, approvalId, decision };
  const { sessionKey } = found;
  kernel.hub.publishRun({
    sessionId,
    sessionKey,
    runId,
    seq: seqAfter(kernel, found.runCreatedAt),
    eventSeq: events.at(-1)?.seq,
    event,
    text: () => '',
  });
  kernel.sessions.wake(sessionId);
}
