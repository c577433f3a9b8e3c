import type { ModelFacts } from '@cuttle/core-types/ports';
import { findMinutePrice, findModel, toModelPrices } from '@cuttle/providers';
import { ModelEntry } from '@cuttle/providers/options';
import { z } from 'zod';
import type { ProviderEntry } from './model-source.ts';

/** What every kind of provider says of its models. */
const Settings = z.looseObject({
  baseUrl: z.string().optional(),
  models: z.array(z.looseObject(ModelEntry.shape)).optional(),
});

/** What is known of a model: the owner's words over what its vendor publishes. Each is looked up once. */
export function createModelFacts(
  entries: readonly ProviderEntry[],
): (ref: string) => Promise<ModelFacts | undefined> {
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const known = new Map<string, Promise<ModelFacts | undefined>>();
  return (ref) => {
    const found = known.get(ref);
    if (found) return found;
    const slash = ref.indexOf('/');
    const entry = slash > 0 ? byId.get(ref.slice(0, slash)) : undefined;
    // Only what is set up is kept: anybody may ask for any name.
    if (!entry) return Promise.resolve(undefined);
    const facts = readFacts(entry, ref.slice(slash + 1));
    if (known.size < mostKept) known.set(ref, facts);
    return facts;
  };
}

/** More models than anybody sets up. */
const mostKept = 1_000;

async function readFacts(
  { kind, settings }: ProviderEntry,
  model: string,
): Promise<ModelFacts | undefined> {
  const { baseUrl, models = [] } = Settings.parse(settings);
  const minute = findMinutePrice(kind, model, baseUrl);
  const published =
    (await findModel(kind, model, baseUrl)) ?? (minute && { id: model, prices: minute });
  const own = models.find(({ id }) => id === model);
  if (!own) return published;
  const { id, contextWindow, maxOutputTokens, inputs, prices } = own;
  return {
    ...published,
    id,
    ...(contextWindow !== undefined && { contextWindow }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(inputs && { inputs }),
    ...(prices && { prices: toModelPrices(prices) }),
  };
}
