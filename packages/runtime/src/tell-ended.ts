import type { Settled } from '@cuttle/core-types/ports';
import type { Kernel } from './kernel.ts';
import { afterStop } from './stop-run.ts';

/** Signals runs that a transaction of somebody else's ended, and tells whoever waits for them. Rejects only as the store does. */
export async function tellEnded(kernel: Kernel, settled: Settled): Promise<void> {
  const sessions = new Set(settled.events.map(({ sessionId }) => sessionId));
  for (const sessionId of sessions) {
    const events = settled.events.filter((event) => event.sessionId === sessionId);
    const aborted = events.find(({ kind }) => kind === 'run.end')?.runId;
    const session = await kernel.store.reader.findSessionById(sessionId);
    const sessionKey = session?.sessionKey ?? '';
    const own = { ...settled, events };
    await afterStop(kernel, { sessionId, sessionKey, aborted, by: 'operator', settled: own });
  }
}
