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

/** Room for one call that may come to be. */
export interface ReservedCall {
  /** It begins, and counts from now on. */
  begin(): PacedCall;
  /** It will not be. */
  drop(): void;
}

/** Counts calls as platforms do, over a sliding window, so that their limits are never exceeded. */
export interface Pace {
  /** Ms until one more call keeps every allowance beside those that were begun; 0: now. */
  waitMs(allowances: readonly Allowance[]): number;
  /** Whether one more call would keep every allowance if all began for which there is room. */
  hasRoom(allowances: readonly Allowance[]): boolean;
  /** The same for pauses alone that were asked for. */
  blockedMs(allowances: readonly Allowance[]): number;
  /** Counts one call; not against an allowance without end, whose key may have been paused all the same. */
  take(allowances: readonly Allowance[]): PacedCall;
  reserve(allowances: readonly Allowance[]): ReservedCall;
  /** Counts calls of an earlier life: when they ended (Unix ms). */
  recall(key: string, endedAt: readonly number[]): void;
  /** Nothing of this key before then (Unix ms). */
  block(key: string, until: number): void;
}

interface Call {
  /** Monotonic; undefined while it is under way. */
  at: number | undefined;
  /** Else there is only room for it. */
  isBegun: boolean;
}

export function createPace({ clock }: { clock: Clock }): Pace {
  const calls = createCalls(clock);
  const blocked = new Map<string, number>();
  const blockedOne = (key: string, now: number): number => (blocked.get(key) ?? 0) - now;
  const mostMs = (
    allowances: readonly Allowance[],
    waitOne: (allowance: Allowance, now: number) => number,
  ): number => {
    const now = clock.monotonic();
    return Math.max(0, ...allowances.map((allowance) => waitOne(allowance, now)));
  };
  return {
    waitMs: (allowances) =>
      mostMs(allowances, (allowance, now) =>
        Math.max(calls.waitMs(allowance, now), blockedOne(allowance.key, now)),
      ),
    blockedMs: (allowances) => mostMs(allowances, ({ key }, now) => blockedOne(key, now)),
    hasRoom(allowances) {
      const now = clock.monotonic();
      return allowances.every(
        (allowance) => calls.hasRoom(allowance, now) && blockedOne(allowance.key, now) <= 0,
      );
    },
    take: (allowances) => calls.begin(calls.add(allowances)),
    reserve(allowances) {
      const call = calls.add(allowances);
      return {
        begin: () => calls.begin(call),
        drop: () => calls.drop(call, allowances),
      };
    },
    recall(key, endedAt) {
      const early = clock.now() - clock.monotonic();
      calls.recall(
        key,
        endedAt.map((at) => at - early),
      );
    },
    block(key, until) {
      const at = clock.monotonic() + Math.max(0, until - clock.now());
      blocked.set(key, Math.max(at, blocked.get(key) ?? 0));
      dropOldest(blocked);
    },
  };
}

/** The calls of the last windows, by what they count against. */
function createCalls(clock: Clock) {
  const calls = new Map<string, readonly Call[]>();
  const of = (key: string): readonly Call[] => calls.get(key) ?? [];
  const within = ({ key, windowMs }: Allowance, now: number): readonly Call[] =>
    of(key).filter(({ at = now }) => at > now - windowMs);
  const put = (key: string, kept: readonly Call[]): void => {
    calls.delete(key);
    if (kept.length > 0) calls.set(key, kept);
    dropOldest(calls);
  };
  return {
    /** Of those that were begun. */
    waitMs({ key, count, windowMs }: Allowance, now: number): number {
      const known = of(key).filter(({ isBegun }) => isBegun);
      if (known.length < count) return 0;
      const times = known.map(({ at }) => at ?? now).toSorted((a, b) => a - b);
      return (times.at(-count) ?? -windowMs) + windowMs - now;
    },
    /** Beside all. */
    hasRoom: (allowance: Allowance, now: number): boolean =>
      within(allowance, now).length < allowance.count,
    add(allowances: readonly Allowance[]): Call {
      const now = clock.monotonic();
      const call: Call = { at: undefined, isBegun: false };
      for (const allowance of allowances)
        if (allowance.count !== Infinity) put(allowance.key, [...within(allowance, now), call]);
      return call;
    },
    begin(call: Call): PacedCall {
      call.isBegun = true;
      return {
        ended() {
          call.at ??= clock.monotonic();
        },
      };
    },
    drop(call: Call, allowances: readonly Allowance[]): void {
      for (const { key } of allowances)
        put(
          key,
          of(key).filter((other) => other !== call),
        );
    },
    recall(key: string, endedAt: readonly number[]): void {
      put(key, [...endedAt.map((at) => ({ at, isBegun: true })), ...of(key)]);
    },
  };
}

/** A conversation not heard of for 10,000 others has no limit left to keep. */
function dropOldest(map: Map<string, unknown>): void {
  if (map.size <= 10_000) return;
  const [first] = map.keys();
  if (first !== undefined) map.delete(first);
}
