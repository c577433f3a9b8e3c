import { microsOf, type ModelPrices } from '@cuttle/core-types';
import { z } from 'zod';

const dollars = z.number().nonnegative();

/** Prices as vendors print them and people write them: dollars for a million tokens. */
export const DollarPrices = z.object({
  input: dollars,
  output: dollars,
  cacheRead: dollars.optional(),
  cacheWrite: dollars.optional(),
  /** For a minute of a recording, where a model that transcribes is billed by time. */
  minute: dollars.optional(),
});
export type DollarPrices = z.infer<typeof DollarPrices>;

export function toModelPrices({
  input,
  output,
  cacheRead,
  cacheWrite,
  minute,
}: DollarPrices): Omit<ModelPrices, 'tiers'> {
  return {
    input: microsOf(input),
    output: microsOf(output),
    ...(cacheRead !== undefined && { cacheRead: microsOf(cacheRead) }),
    ...(cacheWrite !== undefined && { cacheWrite: microsOf(cacheWrite) }),
    ...(minute !== undefined && { minute: microsOf(minute) }),
  };
}
