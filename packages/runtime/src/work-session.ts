import { isCuttleError } from '@cuttle/core-types/errors';
import { executeRun } from './execute-run.ts';
import type { ClaimedRun } from '@cuttle/core-types/ports';
import type { Kernel } from './kernel.ts';

/** One turn of a session: claims its run place and works until the run ends, parks or fails. True where there may be more. Never rejects. */
export async function workSession(
  kernel: Kernel,
  sessionId: string,
  stopping: AbortSignal,
): Promise<boolean> {
  try {
    kernel.point('claim.before.commit');
    const { collectMax } = kernel.settings().queue;
    const claimed = await kernel.store.journal.claimRun({
      sessionId,
      fence: kernel.newId(),
      collectMax,
    });
    if (!claimed) return false;
    publishReset(kernel, claimed);
    return (await executeRun(kernel, claimed)) === 'over';
  } catch (error) {
    if (stopping.aborted) return false;
    kernel.log.error('A session could not go on; it is tried again.', { error, sessionId });
    const ms = isCuttleError(error, 'store.full') ? 5000 : 1000;
    await kernel.clock.sleep(ms, stopping).catch(() => {}); // stopping: do not wait
    return !stopping.aborted;
  }
}

/** The message that was claimed began a new conversation. */
function publishReset({ hub }: Kernel, { sessionId, sessionKey, events }: ClaimedRun): void {
  const reset = events.find(({ kind }) => kind === 'session.reset');
  if (reset) hub.publishSession({ sessionId, sessionKey, kind: 'reset', eventSeq: reset.seq });
}
