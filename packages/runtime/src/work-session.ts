import { isCuttleError } from '@cuttle/core-types/errors';
import type { AcceptInput, AcceptResult, ClaimedRun } from '@cuttle/core-types/ports';
import { executeRun } from './execute-run.ts';
import type { Kernel } from './kernel.ts';
import type { TurnEnd } from './session-queue.ts';

/** One turn of a session: claims its run place and works until the run ends, parks or fails. Never rejects. */
export async function workSession(
  kernel: Kernel,
  sessionId: string,
  stopping: AbortSignal,
): Promise<TurnEnd> {
  try {
    kernel.point('claim.before.commit');
    const { collectMax } = kernel.settings().queue;
    const fence = kernel.newId();
    const cutTogether = kernel.cutTogether.has(sessionId);
    const claim = { sessionId, fence, collectMax, ...(cutTogether && { cutTogether }) };
    const claimed = await kernel.store.journal.claimRun(claim);
    return claimed ? await workRun(kernel, claimed) : 'last';
  } catch (error) {
    if (stopping.aborted) return 'last';
    kernel.log.error('A session could not go on; it is tried again.', { error, sessionId });
    const ms = isCuttleError(error, 'store.full') ? 5000 : 1000;
    // Stopping ends the wait, and with it the turn.
    return kernel.clock.sleep(ms, stopping).then(
      () => 'over' as const,
      () => 'last' as const,
    );
  }
}

/**
 * Asks for the run place of a session together with the message that is just being accepted there: call it right behind `acceptInbound`, in the
 * same turn of the loop. Both are one group of writes, so that a run begins with the commit of its message. False where there is no room:
 * then the session has to be woken. What waits for the session's run waits as ever.
 */
export function claimWithMessage(
  kernel: Kernel,
  sessionKey: string,
  accepting: Promise<AcceptResult>,
): boolean {
  const work = async (): Promise<string | undefined> => {
    try {
      kernel.point('claim.before.commit');
      const { collectMax } = kernel.settings().queue;
      const fence = kernel.newId();
      const claimed = await kernel.store.journal.claimRun({ sessionKey, fence, collectMax });
      return claimed && (await workRun(kernel, claimed)) === 'over' ? claimed.sessionId : undefined;
    } catch {
      // The session has its turn like any other, which says what is wrong.
      const result = await accepting.catch(() => undefined);
      return result?.kind === 'accepted' ? result.sessionId : undefined;
    }
  };
  return kernel.sessions.beside(work, 'needed');
}

/** Commands act past the queue; what interrupts ends the active run first. */
export function mayClaim({ verdict, mode }: Pick<AcceptInput, 'verdict' | 'mode'>): boolean {
  return verdict.kind === 'queue' && mode !== 'interrupt';
}

function workRun(kernel: Kernel, claimed: ClaimedRun): Promise<TurnEnd> {
  publishReset(kernel, claimed);
  return executeRun(kernel, claimed);
}

/** The message that was claimed began a new conversation. */
function publishReset({ hub }: Kernel, { sessionId, sessionKey, events }: ClaimedRun): void {
  const reset = events.find(({ kind }) => kind === 'session.reset');
  if (reset) hub.publishSession({ sessionId, sessionKey, kind: 'reset', eventSeq: reset.seq });
}
