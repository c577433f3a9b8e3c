import { microsOf, type ModelPrices } from '@cuttle/core-types';
import { z } from 'zod';

const dollars = z.number().nonnegative();

/** Prices as vendors print them and people write them: dollars for a million tokens. */
export const DollarPrices = z.object({
  input: dollars,
  output: dollars,
  cacheRead: dollars.optional(),
  cacheWrite: dollars.optional(),
});
export type DollarPrices = z.infer<typeof DollarPrices>;

export function toModelPrices({
  input,
  output,
  cacheRead,
  cacheWrite,
}: DollarPrices): Omit<ModelPrices, 'tiers'> {
  return {
    input: microsOf(input),
    output: microsOf(output),
    ...(cacheRead !== undefined && { cacheRead: microsOf(cacheRead) }),
    ...(cacheWrite !== undefined && { cacheWrite: microsOf(cacheWrite) }),
  };
}
