import { GraphFailure } from './failure.ts';

/** Counted limits as Meta states them. https://developers.facebook.com/documentation/business-messaging/whatsapp/throughput */
export interface WhatsappLimits {
  /** Messages of one number per second; 80. */
  readonly perSecond: number;
  /** Messages to one person that may come at once; 45. */
  readonly pairBurst: number;
  /** After them, ms until one more; 6000. */
  readonly pairIntervalMs: number;
}

export const whatsappLimits: WhatsappLimits = {
  perSecond: 80,
  pairBurst: 45,
  pairIntervalMs: 6000,
};

export interface PairLimiter {
  /** Counts one message; throws 130429 or 131056. A refused one is not counted. */
  count(numberId: string, person: string): void;
}

export function createPairLimiter(limits: WhatsappLimits, now: () => number): PairLimiter {
  const sent = new Map<string, number[]>();
  const pairs = new Map<string, { tokens: number; at: number }>();
  return {
    count(numberId, person) {
      const at = now();
      const recent = (sent.get(numberId) ?? []).filter((time) => time > at - 1000);
      if (recent.length >= limits.perSecond) throw new GraphFailure({ code: 130_429 });
      const key = `${numberId}:${person}`;
      const pair = pairs.get(key) ?? { tokens: limits.pairBurst, at };
      const tokens = Math.min(
        limits.pairBurst,
        pair.tokens + (at - pair.at) / limits.pairIntervalMs,
      );
      if (tokens < 1) throw new GraphFailure({ code: 131_056 });
      pairs.set(key, { tokens: tokens - 1, at });
      sent.set(numberId, [...recent, at]);
    },
  };
}
