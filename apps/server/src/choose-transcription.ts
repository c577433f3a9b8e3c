import { providerDefinitions, providerPresets } from '@cuttle/providers';
import { z } from 'zod';
import { ownKinds } from './choose-embedding.ts';
import type { ModelChoice, ProviderEntry } from './model-source.ts';

/**
 * What recordings are transcribed with where nothing is asked for: a model that a provider which is set up is known to have, that of the default model
 * first. Who answers with a server of their own has not chosen to send voices elsewhere.
 */
export function findHearing(
  entries: readonly ProviderEntry[],
  fallback: Pick<ModelChoice, 'ref'>,
): string | undefined {
  const first = entries.find(({ id }) => fallback.ref.startsWith(`${id}/`));
  const others =
    first && ownKinds.has(first.kind) ? entries.filter(({ kind }) => ownKinds.has(kind)) : entries;
  for (const entry of [...(first ? [first] : []), ...others]) {
    const model = knownModel(entry);
    if (model !== undefined) return `${entry.id}/${model}`;
  }
  return undefined;
}

const Settings = z.looseObject({ baseUrl: z.string().optional() });

/** One that its settings name, else that of its kind where it is asked at the kind's own address. */
function knownModel({ kind, settings, models, login }: ProviderEntry): string | undefined {
  const definition = providerDefinitions.find(({ id }) => id === kind)?.transcription;
  if (!definition) return undefined;
  // Every service says so in the names of such models.
  const named = models.find((model) => /whisper|transcri/i.test(model));
  if (named !== undefined) return named;
  const { baseUrl } = Settings.parse(settings);
  const address = providerPresets.find(({ id }) => id === kind)?.baseUrl;
  // A login is for answers: what an account may transcribe is not known.
  const isElsewhere = login !== undefined || (baseUrl !== undefined && baseUrl !== address);
  return isElsewhere ? undefined : definition.model;
}
