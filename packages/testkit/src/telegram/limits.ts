import { tooManyRequests } from './failure.ts';

/** Counted limits as Telegram states them. https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this */
export interface TelegramLimits {
  /** Messages per second over all chats; 30. */
  readonly perSecond: number;
  /** Messages to one chat that may come at once; after them one per second; 5. */
  readonly chatBurst: number;
  /** Messages per minute to one group; 20. */
  readonly perMinuteInGroup: number;
}

export const telegramLimits: TelegramLimits = { perSecond: 30, chatBurst: 5, perMinuteInGroup: 20 };

export interface RateLimiter {
  /** Counts one visible call; throws 429 with `retry_after` in whole seconds. A refused call is not counted. */
  count(chatId: number): void;
}

export function createRateLimiter(limits: TelegramLimits, now: () => number): RateLimiter {
  const all: number[] = [];
  const groups = new Map<number, number[]>();
  const buckets = new Map<number, { tokens: number; at: number }>();
  return {
    count(chatId) {
      const at = now();
      const group = chatId < 0 ? (groups.get(chatId) ?? []) : undefined;
      const bucket = refill(buckets.get(chatId), limits.chatBurst, at);
      const waitMs = Math.max(
        windowWait(all, { limit: limits.perSecond, spanMs: 1000, at }),
        group === undefined
          ? 0
          : windowWait(group, { limit: limits.perMinuteInGroup, spanMs: 60_000, at }),
        bucket.tokens >= 1 ? 0 : (1 - bucket.tokens) * 1000,
      );
      if (waitMs > 0) throw tooManyRequests(Math.max(1, Math.ceil(waitMs / 1000)));
      all.push(at);
      if (group !== undefined) groups.set(chatId, [...group, at]);
      buckets.set(chatId, { tokens: bucket.tokens - 1, at });
    },
  };
}

function refill(
  bucket: { tokens: number; at: number } | undefined,
  burst: number,
  at: number,
): { tokens: number } {
  if (bucket === undefined) return { tokens: burst };
  return { tokens: Math.min(burst, bucket.tokens + (at - bucket.at) / 1000) };
}

function windowWait(
  times: number[],
  window: { limit: number; spanMs: number; at: number },
): number {
  while (times[0] !== undefined && times[0] <= window.at - window.spanMs) times.shift();
  const blocking = times.at(-window.limit);
  return blocking === undefined ? 0 : blocking + window.spanMs - window.at;
}
