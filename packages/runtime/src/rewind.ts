import type { SessionRow } from '@cuttle/core-types/ports';
import type { Kernel } from './kernel.ts';
import { afterStop, stopDrafts } from './stop-run.ts';

/** Goes back in a session: the rows first, then the signal to what ran. Throws `session.not-found` or `session.no-entry`. */
export async function rewindSession(
  kernel: Kernel,
  { sessionKey, toEntry }: { sessionKey: string; toEntry: number },
): Promise<{ session: SessionRow; toEntry: number; aborted: string | undefined }> {
  const known = await kernel.store.reader.findSession(sessionKey);
  const active = known && kernel.active.find(known.sessionId);
  using holding = new DisposableStack();
  holding.use(active?.hold());
  const words = await stopDrafts(kernel, active);
  kernel.point('abort.before.commit');
  const result = await kernel.store.journal.rewindSession({ sessionKey, toEntry, ...words });
  kernel.point('abort.after.commit');
  const { session, aborted } = result;
  const { sessionId } = session;
  await afterStop(kernel, { sessionId, sessionKey, aborted, by: 'user', settled: result });
  const reset = result.events.find(({ kind }) => kind === 'session.reset');
  if (reset)
    kernel.hub.publishSession({ sessionId, sessionKey, kind: 'reset', eventSeq: reset.seq });
  return { session, toEntry: result.toEntry, aborted };
}
