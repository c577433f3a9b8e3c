import { isCuttleError, toErrorBody } from '@cuttle/core-types/errors';
import type { ClaimedRun } from '@cuttle/core-types/ports';
import { textFor } from '@cuttle/core-types/texts';
import { endBubble } from './bubble.ts';
import { countAborted, countLost, fixedOf } from './count-cuts.ts';
import { createDeltaJournal } from './delta-journal.ts';
import { driveRun } from './drive-run.ts';
import { failRun } from './fail-run.ts';
import type { Kernel } from './kernel.ts';
import { chooseModel, createRunContext, readStartPoint } from './run-context.ts';
import { createRunState, type RunState } from './run-state.ts';
import { toActive } from './to-active.ts';
import type { TurnEnd } from './session-queue.ts';
import { showTyping } from './typing.ts';

/** A run that was claimed so often without a new row is given up. */
const mostStalls = 3;

/**
 * Drives a claimed run to its end, its parking, or the end of this process. `last`: nothing waited behind it, and whatever comes asks for the
 * run place itself. `waits`: for a messenger that is not connected, which wakes the session when it is. Never rejects but for a broken store.
 */
export async function executeRun(kernel: Kernel, claimed: ClaimedRun): Promise<TurnEnd> {
  kernel.point(claimed.resumed ? 'takeover.after.commit' : 'claim.after.commit');
  if (claimed.stalls >= mostStalls) {
    const error = { code: 'run.poisoned', message: textFor('run.poisoned') };
    await failRun(kernel, { claimed, state: undefined }, error);
    return 'over';
  }
  if (claimed.route.kind === 'push' && !kernel.accounts.has(claimed.route.accountId)) {
    await waitForAccount(kernel, claimed, claimed.route.accountId);
    return 'waits';
  }
  kernel.cutTogether.delete(claimed.sessionId);
  const controller = new AbortController();
  let state: RunState | undefined;
  const active = toActive(kernel, { claimed, controller, state: () => state });
  kernel.active.add(active);
  try {
    const chosen = chooseModel(kernel, claimed);
    const [context, start] = await Promise.all([
      createRunContext(kernel, claimed, chosen),
      readStartPoint(kernel, claimed, chosen),
    ]);
    await countLost(kernel, claimed, fixedOf(context, start.messages));
    const deltas = createDeltaJournal({ ...kernel, journal: kernel.store.journal }, claimed);
    state = createRunState({ kernel, claimed, context, controller, deltas }, start);
    const typing = showTyping(kernel, claimed, controller.signal);
    try {
      await driveRun(state, start);
    } finally {
      typing.stop();
      endBubble(state);
    }
  } catch (error) {
    if (controller.signal.aborted || isCuttleError(error, 'run.fence-lost')) return 'over';
    if (isCuttleError(error, 'store.failed', 'store.full')) throw error;
    kernel.log.error('A run failed.', { error, runId: claimed.runId });
    await failRun(kernel, { claimed, state }, toErrorBody(error));
  } finally {
    if (controller.signal.aborted) await countAborted(kernel, active);
    kernel.active.remove(active);
  }
  return state?.hasNext === false ? 'last' : 'over';
}

/** The answer could not be rendered for a messenger that is not connected: the run waits for it, holding nothing. */
async function waitForAccount(
  kernel: Kernel,
  claimed: ClaimedRun,
  accountId: string,
): Promise<void> {
  await countLost(kernel, claimed);
  const { runId, fence, sessionId } = claimed;
  const reason = { kind: 'backoff' as const, ref: `account:${accountId}` };
  await kernel.store.journal.parkRun({
    runId,
    fence,
    reason,
    resumeAt: kernel.clock.now(),
    approvals: [],
    ...(kernel.cutTogether.has(sessionId) && { untried: true }),
  });
  kernel.waitingForAccount.add(accountId, sessionId);
}
