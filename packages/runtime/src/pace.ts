import type { Clock } from '@cuttle/core-types/ports';

/** At most `count` calls in any `windowMs`. */
export interface Allowance {
  readonly key: string;
  readonly count: number;
  readonly windowMs: number;
}

/** Counts calls as platforms do, over a sliding window, so that their limits are never exceeded. */
export interface Pace {
  /** Ms until one more call keeps every allowance; 0: now. */
  waitMs(allowances: readonly Allowance[]): number;
  /** Counts one call. */
  take(allowances: readonly Allowance[]): void;
  /** Nothing of this key before then (Unix ms). */
  block(key: string, until: number): void;
}

export function createPace({ clock }: { clock: Clock }): Pace {
  const calls = new Map<string, number[]>();
  const blocked = new Map<string, number>();
  const waitOne = ({ key, count, windowMs }: Allowance, now: number): number => {
    const oldest = calls.get(key)?.at(-count);
    const forWindow = oldest === undefined ? 0 : oldest + windowMs - now;
    const forBlock = (blocked.get(key) ?? 0) - now;
    return Math.max(0, forWindow, forBlock);
  };
  return {
    waitMs: (allowances) => {
      const now = clock.monotonic();
      return Math.max(0, ...allowances.map((allowance) => waitOne(allowance, now)));
    },
    take(allowances) {
      const now = clock.monotonic();
      for (const { key, count, windowMs } of allowances) {
        const kept = (calls.get(key) ?? []).filter((at) => at > now - windowMs).slice(1 - count);
        calls.delete(key);
        calls.set(key, [...kept, now]);
      }
      dropOldest(calls);
    },
    block(key, until) {
      const at = clock.monotonic() + Math.max(0, until - clock.now());
      blocked.set(key, Math.max(at, blocked.get(key) ?? 0));
      dropOldest(blocked);
    },
  };
}

/** A conversation not heard of for 10,000 others has no limit left to keep. */
function dropOldest(map: Map<string, unknown>): void {
  if (map.size <= 10_000) return;
  const [first] = map.keys();
  if (first !== undefined) map.delete(first);
}
