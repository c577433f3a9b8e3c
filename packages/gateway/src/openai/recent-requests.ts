import type { InboundFate, PullAccepted } from '@cuttle/runtime';
import type { Clock } from '@cuttle/core-types/ports';

/** One accepted request, also for a retry that joins it. */
export interface Pending {
  readonly accepted: PullAccepted;
  readonly fate: Promise<InboundFate>;
  /** Clients that wait for it; a stateless one that nobody waits for is stopped. */
  waiters: number;
}

/** Requests under way, and those of the last minute whose client was lost, by what they said: a retry of the SDK joins its run. */
export interface RecentRequests {
  find(said: string): Pending | undefined;
  add(said: string, request: { readonly pending: Pending; readonly gone: AbortSignal }): void;
  /** Nobody can join it any more. */
  remove(pending: Pending): void;
}

const retryWindowMs = 60_000;

interface Entry {
  readonly pending: Pending;
  lostAt: number | undefined;
}

export function createRecentRequests(clock: Pick<Clock, 'now'>): RecentRequests {
  const entries = new Map<string, Entry>();
  const forgetLost = (now: number): void => {
    for (const [said, { lostAt }] of entries)
      if (lostAt !== undefined && now - lostAt > retryWindowMs) entries.delete(said);
  };
  return {
    find: (said) => entries.get(said)?.pending,
    add(said, { pending, gone }) {
      const now = clock.now();
      const entry: Entry = { pending, lostAt: undefined };
      forgetLost(now);
      entries.set(said, entry);
      gone.addEventListener('abort', () => (entry.lostAt = clock.now()), { once: true });
      // Its client has the answer and asks no more; a lost one may.
      const onEnd = (): void => {
        if (entry.lostAt === undefined && entries.get(said) === entry) entries.delete(said);
      };
      pending.fate.then(onEnd, onEnd);
    },
    remove(pending) {
      for (const [said, entry] of entries) if (entry.pending === pending) entries.delete(said);
    },
  };
}
