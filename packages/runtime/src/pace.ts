import type { Clock } from '@cuttle/core-types/ports';

/** At most `count` calls in any `windowMs`. */
export interface Allowance {
  readonly key: string;
  readonly count: number;
  readonly windowMs: number;
}

/** A call under way. The platform counts it at some moment between its beginning and its end. */
export interface PacedCall {
  ended(): void;
}

/** Counts calls as platforms do, over a sliding window, so that their limits are never exceeded. */
export interface Pace {
  /** Ms until one more call keeps every allowance; 0: now. */
  waitMs(allowances: readonly Allowance[]): number;
  /** Counts one call; not against an allowance without end, whose key may have been paused all the same. */
  take(allowances: readonly Allowance[]): PacedCall;
  /** Counts calls of an earlier life: when they ended (Unix ms). */
  recall(key: string, endedAt: readonly number[]): void;
  /** Nothing of this key before then (Unix ms). */
  block(key: string, until: number): void;
}

interface Call {
  /** Monotonic; undefined while it is under way. */
  at: number | undefined;
}

export function createPace({ clock }: { clock: Clock }): Pace {
  const calls = new Map<string, readonly Call[]>();
  const blocked = new Map<string, number>();
  const waitOne = ({ key, count, windowMs }: Allowance, now: number): number => {
    const known = calls.get(key) ?? [];
    const oldest =
      known.length < count
        ? undefined
        : known
            .map(({ at }) => at ?? now)
            .toSorted((a, b) => a - b)
            .at(-count);
    const forWindow = oldest === undefined ? 0 : oldest + windowMs - now;
    const forBlock = (blocked.get(key) ?? 0) - now;
    return Math.max(0, forWindow, forBlock);
  };
  const put = (key: string, kept: readonly Call[]): void => {
    calls.delete(key);
    calls.set(key, kept);
    dropOldest(calls);
  };
  return {
    waitMs: (allowances) => {
      const now = clock.monotonic();
      return Math.max(0, ...allowances.map((allowance) => waitOne(allowance, now)));
    },
    take(allowances) {
      const now = clock.monotonic();
      const call: Call = { at: undefined };
      for (const { key, count, windowMs } of allowances) {
        if (count === Infinity) continue;
        const kept = (calls.get(key) ?? []).filter(({ at = now }) => at > now - windowMs);
        put(key, [...kept, call]);
      }
      return {
        ended() {
          call.at ??= clock.monotonic();
        },
      };
    },
    recall(key, endedAt) {
      const early = clock.now() - clock.monotonic();
      put(key, [...endedAt.map((at) => ({ at: at - early })), ...(calls.get(key) ?? [])]);
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
