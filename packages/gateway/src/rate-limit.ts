import { RateLimiterMemory } from 'rate-limiter-flexible';

/** So many per caller and time; what is over waits. Kept in memory: it bounds guessing and floods, it bills nobody. */
export interface RateLimit {
  /** Counts one. Returns how long the caller must wait, in ms; undefined while there is room. */
  take(key: string): Promise<number | undefined>;
  /** How long the next one would have to wait, without counting it. */
  waitMs(key: string): Promise<number | undefined>;
}

export function createRateLimit({
  points,
  seconds,
}: {
  points: number;
  seconds: number;
}): RateLimit {
  const limiter = new RateLimiterMemory({ points, duration: seconds });
  return {
    async take(key) {
      // A full limiter rejects with a plain result, a broken one with an error.
      const left: unknown = await limiter.consume(key).catch((full: unknown) => full);
      if (left instanceof Error) throw left;
      const { consumedPoints, msBeforeNext } = left as Left; // what `consume` resolves and rejects with
      return consumedPoints <= points ? undefined : msBeforeNext;
    },
    async waitMs(key) {
      const left = await limiter.get(key);
      return left && left.consumedPoints >= points ? left.msBeforeNext : undefined;
    },
  };
}

interface Left {
  readonly consumedPoints: number;
  readonly msBeforeNext: number;
}
