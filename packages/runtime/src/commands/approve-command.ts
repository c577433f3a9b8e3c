import type { ApprovalRow } from '@cuttle/core-types/ports';
import { textFor } from '@cuttle/core-types/texts';
import { authorise } from '@cuttle/security/policy';
import type { Kernel } from '../kernel.ts';
import type { CommandHandler } from './command-handler.ts';

/** `/approve [id] [deny]`: without an id, the one that waits here or below. */
export const approveCommand: CommandHandler = async (kernel, row, { args }) => {
  const denials = args.filter(isDenial);
  const [id, ...more] = args.filter((word) => !isDenial(word));
  if (more.length > 0 || denials.length > 1) return undefined;
  const found =
    id === undefined
      ? await findWaiting(kernel, row.sessionId)
      : await kernel.store.reader.findApproval(id);
  if (!found) return { reply: textFor(id === undefined ? 'approval.none' : 'approval.unknown') };
  const decision = authorise(row.principal, 'approval.decide', {
    kind: 'approval',
    ownerPrincipalId: await askedPerson(kernel, found.runId),
  });
  if (decision.kind !== 'allow')
    return { reply: textFor('access.command', { command: 'approve' }) };
  if (found.state !== 'pending')
    return { reply: textFor('approval.stale', { state: found.state }) };
  const outcome = denials.length > 0 ? 'denied' : 'approved';
  return {
    reply: textFor(`approval.${outcome}`, { tool: found.tool }),
    approval: { approvalId: found.approvalId, decision: outcome, by: row.principal.id },
  };
};

/** Sub-agents ask where the person is, so theirs wait there as well. */
async function findWaiting(
  { store: { reader } }: Kernel,
  sessionId: string,
): Promise<ApprovalRow | undefined> {
  const below = await reader.listSubagents({ sessionId, open: true, limit: 50 });
  for (const id of [sessionId, ...below.map((row) => row.sessionId)]) {
    const waiting = await reader.listApprovals({ limit: 20, sessionId: id });
    const found = waiting.find(({ state }) => state === 'pending');
    if (found) return found;
  }
  return undefined;
}

function isDenial(word: string): boolean {
  return word === 'deny' || word === 'no';
}

/** Who was asked: the person whose message the run answers, where they were let in; else only the owner may decide. */
export async function askedPerson(kernel: Kernel, runId: string): Promise<string> {
  const run = await kernel.store.reader.findRun(runId);
  const isKnown = run?.trust === 'owner' || run?.trust === 'paired';
  return run && isKnown ? run.principalId : 'owner';
}
