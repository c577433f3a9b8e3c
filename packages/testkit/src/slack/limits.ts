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
}

export const slackLimits: SlackLimits = {
  tier1: 1,
  tier2: 20,
  tier3: 50,
  tier4: 100,
  postsPerSecond: 1,
  postBurst: 5,
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

export function createTierLimiter(limits: SlackLimits, now: () => number): TierLimiter {
  const buckets = new Map<string, Bucket>();
  const perMs = { 1: limits.tier1, 2: limits.tier2, 3: limits.tier3, 4: limits.tier4 } as const;
  return {
    count({ method, tier, channel }) {
      const isPost = tier === 'post';
      const key = isPost ? `${method} ${channel}` : method;
      const most = isPost ? limits.postBurst : perMs[tier];
      const rate = isPost ? limits.postsPerSecond / 1000 : perMs[tier] / 60_000;
      const at = now();
      const bucket = buckets.get(key) ?? { tokens: most, at };
      const tokens = Math.min(most, bucket.tokens + (at - bucket.at) * rate);
      buckets.set(key, { tokens: tokens < 1 ? tokens : tokens - 1, at });
      if (tokens >= 1) return;
      const retryAfter = Math.max(1, Math.ceil((1 - tokens) / rate / 1000));
      throw new SlackFailure({ error: 'ratelimited', retryAfter });
    },
  };
}
