import { z } from 'zod';
import type { Usage } from './usage.ts';

const price = z.int().nonnegative();

/** Microdollars for a million tokens of each sort: $3 are 3,000,000. What is not there is not told apart by the service. */
const rates = {
  input: price,
  output: price,
  /** Input that was read from a cache; absent: it costs as other input. */
  cacheRead: price.optional(),
  /** Input that was written to a cache; absent: it costs as other input. */
  cacheWrite: price.optional(),
};

export const ModelPrices = z.object({
  ...rates,
  /** Microdollars for a minute of a recording. */
  minute: price.optional(),
  /** Rates of the whole call where its input is longer than this; the highest step that is passed counts. */
  tiers: z
    .array(z.object({ aboveInputTokens: z.int().positive(), ...rates }))
    .min(1)
    .optional(),
});
export type ModelPrices = z.infer<typeof ModelPrices>;
type Rates = Omit<ModelPrices, 'tiers' | 'minute'>;

const perMillion = 1_000_000n;

/**
 * What a call cost, in whole microdollars: the exact sum over its tokens, rounded half up once. Reasoning is part of the output;
 * what was read from or written to a cache is part of the input and has its own rate.
 */
export function costOf(prices: ModelPrices, usage: Usage): number {
  const { inputTokens, outputTokens } = usage;
  const { input, output, cacheRead = input, cacheWrite = input } = ratesFor(prices, inputTokens);
  const read = Math.min(usage.cacheReadTokens ?? 0, inputTokens);
  const written = Math.min(usage.cacheWriteTokens ?? 0, inputTokens - read);
  const plain = inputTokens - read - written;
  return toMicros(
    times(plain, input) +
      times(read, cacheRead) +
      times(written, cacheWrite) +
      times(outputTokens, output) +
      timeOf(prices, usage),
  );
}

/** In millionths of microdollars, like tokens. */
function timeOf(
  { minute = 0 }: ModelPrices,
  { audioSeconds = 0 }: Pick<Usage, 'audioSeconds'>,
): bigint {
  return (BigInt(audioSeconds) * BigInt(minute) * perMillion) / 60n;
}

/** The most that a call of at most so many tokens can cost, whatever a cache does: the dearest rate of each sort in reach. */
export function mostCostOf(
  prices: ModelPrices,
  usage: Pick<Usage, 'inputTokens' | 'outputTokens' | 'audioSeconds'>,
): number {
  const { inputTokens, outputTokens } = usage;
  const steps = (prices.tiers ?? []).filter((tier) => inputTokens > tier.aboveInputTokens);
  const costs = [prices, ...steps].map(({ input, output, cacheRead = 0, cacheWrite = 0 }) =>
    toMicros(
      times(inputTokens, Math.max(input, cacheRead, cacheWrite)) +
        times(outputTokens, output) +
        timeOf(prices, usage),
    ),
  );
  return Math.max(...costs);
}

function ratesFor(prices: ModelPrices, inputTokens: number): Rates {
  let found: Rates = prices;
  let passed = 0;
  for (const tier of prices.tiers ?? [])
    if (inputTokens > tier.aboveInputTokens && tier.aboveInputTokens > passed) {
      found = tier;
      passed = tier.aboveInputTokens;
    }
  return found;
}

function times(tokens: number, rate: number): bigint {
  return BigInt(tokens) * BigInt(rate);
}

/** More than $1,000,000 for one call is a service that counts wrongly; sums of such calls must stay exact numbers. */
const mostMicros = 1_000_000_000_000n;

/** Millionths of microdollars → microdollars, half up. */
function toMicros(exact: bigint): number {
  const rounded = (exact + perMillion / 2n) / perMillion;
  return Number(rounded > mostMicros ? mostMicros : rounded);
}
