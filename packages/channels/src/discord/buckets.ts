import type { Clock } from '@cuttle/core-types/ports';

/**
 * What Discord says of its rate limits, so that none is exceeded: which routes share a bucket, how many calls it has left
 * and when it is full again. https://discord.com/developers/docs/topics/rate-limits
 */
export interface Buckets {
  /** Ms until a call of this route about this thing is allowed; 0: now. */
  waitMs(route: string, major: string): number;
  /** Takes in the headers of an answer. */
  learn(route: string, major: string, headers: Headers): void;
}

export function createBuckets({ clock }: { clock: Clock }): Buckets {
  const names = new Map<string, string>();
  const fullAt = new Map<string, number>();
  const keyOf = (route: string, major: string): string => `${names.get(route) ?? route}|${major}`;
  return {
    waitMs: (route, major) =>
      Math.max(0, Math.ceil((fullAt.get(keyOf(route, major)) ?? 0) - clock.monotonic())),
    learn(route, major, headers) {
      const name = headers.get('x-ratelimit-bucket');
      if (name !== null) names.set(route, name);
      const left = Number(headers.get('x-ratelimit-remaining') ?? Number.NaN);
      const seconds = Number(headers.get('x-ratelimit-reset-after') ?? Number.NaN);
      if (Number.isNaN(left) || !Number.isFinite(seconds)) return;
      const key = keyOf(route, major);
      fullAt.delete(key);
      if (left === 0) fullAt.set(key, clock.monotonic() + seconds * 1000);
      dropOldest(fullAt);
    },
  };
}

/** What was not asked for 1,000 others is full again. */
function dropOldest(map: Map<string, number>): void {
  if (map.size <= 1000) return;
  const [first] = map.keys();
  if (first !== undefined) map.delete(first);
}
