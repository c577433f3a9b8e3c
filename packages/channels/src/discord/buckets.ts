import type { Clock } from '@cuttle/core-types/ports';

/**
 * What Discord says of its rate limits, so that none is exceeded: which routes share a bucket, how many calls it has left
 * and when it is full again; and the calls of the whole bot. https://discord.com/developers/docs/topics/rate-limits
 */
export interface Buckets {
  /** Why a call of this route about this thing has to wait; undefined: it may be made. */
  waitFor(route: string, major: string): Wait | undefined;
  /** Counts a call. */
  begin(route: string, major: string): BucketCall;
}

export interface Wait {
  readonly ms: number;
  /** `conversation`: calls about other things need not wait. */
  readonly scope: 'account' | 'conversation';
}

/** A call under way. */
export interface BucketCall {
  /** Takes in the headers of the answer, where there was one. */
  ended(headers?: Headers): void;
}

interface Bucket {
  left: number;
  /** Monotonic; what is known holds until then. */
  resetAt: number;
  underWay: number;
}

/**
 * "All bots can make up to 50 requests per second to our API." A fifth of them is left to a process that has just begun: what
 * the one before it called in its last second, Discord still counts, and no row tells of reads and typing.
 */
const usualPerSecond = 40;
const firstShare = 1 / 4;
/** A second by our clock may be a bit less by Discord's. */
const secondMs = 1100;
/** How much longer a call counts that was left without an answer: it may still be on its way. */
const lateMs = 2000;
/** What a bucket has that nothing is known of. */
const usualCalls = 5;
/** Until a call that is under way has told what its bucket has left. */
const lookAgainMs = 100;

/** `perSecond`: calls of the whole bot, where Discord grants it more than others. */
export function createBuckets(
  { clock }: { clock: Clock },
  { perSecond = usualPerSecond }: { readonly perSecond?: number | undefined } = {},
): Buckets {
  const names = new Map<string, string>();
  const buckets = new Map<string, Bucket>();
  const all = createSecond(clock, Math.max(perSecond, usualPerSecond));
  const bucketOf = (route: string, major: string): Bucket => {
    const key = `${names.get(route) ?? route}|${major}`;
    const bucket = buckets.get(key) ?? { left: usualCalls, resetAt: 0, underWay: 0 };
    buckets.delete(key);
    buckets.set(key, bucket);
    dropOldest(buckets);
    return bucket;
  };
  return {
    waitFor(route, major) {
      const now = clock.monotonic();
      const { left, resetAt, underWay } = bucketOf(route, major);
      const free = (now < resetAt ? left : usualCalls) - underWay;
      if (free <= 0) {
        const ms = now < resetAt && left <= 0 ? Math.ceil(resetAt - now) : lookAgainMs;
        return { ms, scope: 'conversation' };
      }
      const ms = all.waitMs();
      return ms > 0 ? { ms, scope: 'account' } : undefined;
    },
    begin(route, major) {
      const bucket = bucketOf(route, major);
      const counted = all.begin();
      bucket.underWay += 1;
      return {
        ended(headers) {
          bucket.underWay -= 1;
          counted.ended(headers !== undefined);
          const name = headers?.get('x-ratelimit-bucket') ?? undefined;
          if (name !== undefined) names.set(route, name);
          learn(bucketOf(route, major), headers, clock.monotonic());
        },
      };
    },
  };
}

function learn(bucket: Bucket, headers: Headers | undefined, now: number): void {
  const left = Number(headers?.get('x-ratelimit-remaining') ?? Number.NaN);
  const seconds = Number(headers?.get('x-ratelimit-reset-after') ?? Number.NaN);
  if (Number.isNaN(left) || !Number.isFinite(seconds)) return;
  bucket.left = left;
  bucket.resetAt = now + seconds * 1000;
}

/** The calls of the whole bot, each counted until a second after its end: nobody knows when in between Discord counts it. */
function createSecond(
  clock: Clock,
  most: number,
): { waitMs(): number; begin(): { ended(isAnswered: boolean): void } } {
  const begunAt = clock.monotonic();
  let calls: { at: number | undefined }[] = Array.from(
    { length: Math.floor(most * (1 - firstShare)) },
    () => ({ at: begunAt }),
  );
  return {
    waitMs() {
      const now = clock.monotonic();
      calls = calls.filter(({ at = now }) => at > now - secondMs);
      if (calls.length < most) return 0;
      const ends = calls.map(({ at = now }) => at).toSorted((a, b) => a - b);
      return Math.max(1, Math.ceil((ends.at(-most) ?? now) + secondMs - now));
    },
    begin() {
      const call: { at: number | undefined } = { at: undefined };
      calls.push(call);
      return {
        ended(isAnswered) {
          call.at = clock.monotonic() + (isAnswered ? 0 : lateMs);
        },
      };
    },
  };
}

/** What was not asked for 1,000 others is full again. */
function dropOldest(map: Map<string, unknown>): void {
  if (map.size <= 1000) return;
  const [first] = map.keys();
  if (first !== undefined) map.delete(first);
}
