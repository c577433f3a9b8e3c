import type { Kernel } from './kernel.ts';
import { publishRows } from './publish-rows.ts';

/** Upkeep in small slices, once a minute: what expired ends, visibly. */
export async function keepUp(kernel: Kernel, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const { changed, events, conversations } = await kernel.store.journal.sweep({ limit: 200 });
      for (const conversationId of conversations) kernel.dispatcher.wake(conversationId);
      await publishRows(kernel, events);
      for (const { sessionId } of events) kernel.sessions.wake(sessionId);
      if (changed >= 200) continue;
    } catch (error) {
      kernel.log.warn('The upkeep of the store failed; it is tried again.', { error });
    }
    await kernel.clock.sleep(60_000, signal).catch(() => {}); // stopped
  }
}
