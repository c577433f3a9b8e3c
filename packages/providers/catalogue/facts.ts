import { readFileSync } from 'node:fs';
import type { ModelPrices } from '@cuttle/core-types';
import { z } from 'zod';
import { DollarPrices, toModelPrices } from '../src/catalogue/dollar-prices.ts';
import type { CatalogueRow, KindRow } from '../src/catalogue/row.ts';

const Rates = z.strictObject(DollarPrices.shape);
const sourceUrl = z.url({ protocol: /^https$/ });

/** `facts.json` as a person keeps it: dollars for a million tokens, and the page each row was read from. */
const Facts = z.strictObject({
  about: z.string(),
  asOf: z.iso.date(),
  kinds: z.record(
    z.string(),
    z.strictObject({
      address: sourceUrl,
      models: z.array(
        z.strictObject({
          id: z.string(),
          aliases: z.array(z.string()).optional(),
          contextWindow: z.int().positive().optional(),
          maxOutputTokens: z.int().positive().optional(),
          inputs: z.array(z.enum(['text', 'image', 'audio', 'document', 'video'])).optional(),
          thinking: z.array(z.enum(['off', 'minimal', 'low', 'medium', 'high', 'max'])).optional(),
          prices: Rates.extend({
            tiers: z.array(Rates.extend({ aboveInputTokens: z.int().positive() })).optional(),
          }).optional(),
          source: sourceUrl,
          limitsSource: sourceUrl.optional(),
          note: z.string().optional(),
        }),
      ),
    }),
  ),
});
type Facts = z.infer<typeof Facts>;
type FactRow = Facts['kinds'][string]['models'][number];

export function readFacts(): Facts {
  return Facts.parse(JSON.parse(readFileSync(new URL('facts.json', import.meta.url), 'utf8')));
}

/** The facts as they ship: microdollars, sources named once. */
export function toCatalogue(facts: Facts): {
  readonly asOf: string;
  readonly kinds: Readonly<Record<string, KindRow>>;
} {
  const kinds = Object.entries(facts.kinds).map(
    ([kind, { address, models }]) => [kind, { address, models: models.map(toRow) }] as const,
  );
  return { asOf: facts.asOf, kinds: Object.fromEntries(kinds) };
}

function toRow({ note: _note, limitsSource: _limits, prices, ...row }: FactRow): CatalogueRow {
  return { ...row, ...(prices && { prices: toPrices(prices) }) };
}

function toPrices({ tiers, ...rates }: NonNullable<FactRow['prices']>): ModelPrices {
  return {
    ...toModelPrices(rates),
    ...(tiers && {
      tiers: tiers.map(({ aboveInputTokens, ...tier }) => ({
        aboveInputTokens,
        ...toModelPrices(tier),
      })),
    }),
  };
}
