/** A bucket: so many calls in a window, counted by route and by what the route is about. */
export interface BucketRule {
  readonly limit: number;
  readonly windowMs: number;
}

/** What bots observe; Discord states none and wants the headers followed. https://discord.com/developers/docs/topics/rate-limits */
export interface DiscordLimits {
  /** Calls of the whole bot in a second. */
  readonly globalPerSecond: number;
  /** By method and route; others share `other`. */
  readonly buckets: Readonly<Record<string, BucketRule>>;
  readonly other: BucketRule;
}

export const discordLimits: DiscordLimits = {
  globalPerSecond: 50,
  buckets: {
    'POST /channels/:channel/messages': { limit: 5, windowMs: 5000 },
    'PATCH /channels/:channel/messages/:message': { limit: 5, windowMs: 5000 },
    'DELETE /channels/:channel/messages/:message': { limit: 5, windowMs: 1000 },
    'PUT /channels/:channel/messages/:message/reactions/:emoji/@me': { limit: 1, windowMs: 250 },
    'POST /channels/:channel/typing': { limit: 5, windowMs: 5000 },
    'POST /users/@me/channels': { limit: 10, windowMs: 10_000 },
  },
  other: { limit: 10, windowMs: 1000 },
};

export interface LimitVerdict {
  readonly headers: Readonly<Record<string, string>>;
  /** Ms to wait, where the call is refused. */
  readonly retryMs: number | undefined;
  readonly global: boolean;
}

export interface RateLimiter {
  take(call: { readonly rule: string; readonly major: string }): LimitVerdict;
}

export function createRateLimiter(limits: DiscordLimits, now: () => number): RateLimiter {
  const windows = new Map<string, { count: number; endsAt: number }>();
  const take = (key: string, { limit, windowMs }: BucketRule) => {
    const at = now();
    const known = windows.get(key);
    const window = known && known.endsAt > at ? known : { count: 0, endsAt: at + windowMs };
    windows.set(key, window);
    const isOver = window.count >= limit;
    if (!isOver) window.count += 1;
    return {
      isOver,
      left: limit - window.count,
      leftMs: window.endsAt - at,
      endsAt: window.endsAt,
    };
  };
  return {
    take({ rule, major }) {
      const whole = take('global', { limit: limits.globalPerSecond, windowMs: 1000 });
      if (whole.isOver)
        return {
          headers: { 'x-ratelimit-global': 'true', 'x-ratelimit-scope': 'global' },
          retryMs: whole.leftMs,
          global: true,
        };
      const bucket = limits.buckets[rule] ?? limits.other;
      const { isOver, left, leftMs, endsAt } = take(`${rule}|${major}`, bucket);
      return {
        headers: {
          'x-ratelimit-limit': String(bucket.limit),
          'x-ratelimit-remaining': String(left),
          'x-ratelimit-reset': (endsAt / 1000).toFixed(3),
          'x-ratelimit-reset-after': (leftMs / 1000).toFixed(3),
          'x-ratelimit-bucket': bucketName(rule),
          ...(isOver && { 'x-ratelimit-scope': 'user' }),
        },
        retryMs: isOver ? leftMs : undefined,
        global: false,
      };
    },
  };
}

/** Opaque to bots, and the same for a route whatever it is about. */
function bucketName(rule: string): string {
  return Buffer.from(rule).toString('hex').slice(-32);
}
