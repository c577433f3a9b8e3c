import { SlackFailure } from './failure.ts';

/** Calls a minute of each tier, and messages to one channel in a second. https://docs.slack.dev/apis/web-api/rate-limits */
export interface SlackLimits {
  readonly tier1: number;
  readonly tier2: number;
  readonly tier3: number;
  readonly tier4: number;
  /** `chat.postMessage` to one channel, per second; short bursts are let through. */
  readonly postsPerSecond: number;
  /** How many posts may come at once. */
  readonly postBurst: number;
  /** Posts to all channels together; Slack says no more than "several hundred messages per minute". */
  readonly postsPerMinute: number;
  /** How often what is allowed once a minute may come at once: "a small amount of burst behavior is tolerated". */
  readonly tier1Burst: number;
}

export const slackLimits: SlackLimits = {
  tier1: 1,
  tier2: 20,
  tier3: 50,
  tier4: 100,
  postsPerSecond: 1,
  postBurst: 5,
  postsPerMinute: 300,
  tier1Burst: 5,
};

export type Tier = 1 | 2 | 3 | 4 | 'post';

export interface TierLimiter {
  /** Counts a call; throws 429 with the seconds to wait. A refused one is not counted. */
  count(call: { readonly method: string; readonly tier: Tier; readonly channel: string }): void;
}

interface Bucket {
  tokens: number;
  at: number;
}

/** So many at once, and as many again by and by. */
interface Rule {
  readonly key: string;
  readonly most: number;
  readonly perMs: number;
}

export function createTierLimiter(limits: SlackLimits, now: () => number): TierLimiter {
  const buckets = new Map<string, Bucket>();
  const tokensOf = ({ key, most, perMs }: Rule): number => {
    const at = now();
    const bucket = buckets.get(key) ?? { tokens: most, at };
    const tokens = Math.min(most, bucket.tokens + (at - bucket.at) * perMs);
    buckets.set(key, { tokens, at });
    return tokens;
  };
  return {
    count(call) {
      const rules = rulesFor(limits, call);
      const waits = rules.map((rule) => (1 - tokensOf(rule)) / rule.perMs);
      const waitMs = Math.max(...waits);
      if (waitMs > 0) {
        const retryAfter = Math.max(1, Math.ceil(waitMs / 1000));
        throw new SlackFailure({ error: 'ratelimited', retryAfter });
      }
      for (const { key } of rules) {
        const bucket = buckets.get(key);
        if (bucket) bucket.tokens -= 1;
      }
    },
  };
}

function rulesFor(
  limits: SlackLimits,
  { method, tier, channel }: Parameters<TierLimiter['count']>[0],
): readonly Rule[] {
  if (tier === 'post')
    return [
      {
        key: `${method} ${channel}`,
        most: limits.postBurst,
        perMs: limits.postsPerSecond / 1000,
      },
      { key: method, most: limits.postsPerMinute, perMs: limits.postsPerMinute / 60_000 },
    ];
  const perMinute = limits[`tier${tier}`];
  const most = tier === 1 ? Math.max(perMinute, limits.tier1Burst) : perMinute;
  return [{ key: method, most, perMs: perMinute / 60_000 }];
}
