import type { Config } from '@cuttle/config';
import { providerDefinitions, providerPresets } from '@cuttle/providers';
import { z } from 'zod';
import type { ModelChoice, ProviderEntry } from './model-source.ts';

/** Kinds whose texts stay on machines of the owner. */
export const ownKinds: ReadonlySet<string> = new Set(['ollama', 'lmstudio', 'vllm', 'llamacpp']);

/**
 * What texts are embedded with where nothing else is asked for: the configured model, else one that a provider which is set up is
 * known to have, that of the default model first. Who answers with a server of their own has not chosen to send texts elsewhere.
 */
export function chooseEmbedding(
  { embeddings }: Config,
  entries: readonly ProviderEntry[],
  fallback: ModelChoice,
): ModelChoice | undefined {
  const { model } = embeddings;
  if (model !== undefined) return { ref: model, reason: 'embeddings.model in the configuration' };
  const first = entries.find(({ id }) => fallback.ref.startsWith(`${id}/`));
  const others =
    first && ownKinds.has(first.kind) ? entries.filter(({ kind }) => ownKinds.has(kind)) : entries;
  for (const entry of [...(first ? [first] : []), ...others]) {
    const known = knownModel(entry);
    if (known !== undefined)
      return {
        ref: `${entry.id}/${known}`,
        reason: `the embedding model of the provider ${entry.id}`,
      };
  }
  return undefined;
}

const Settings = z.looseObject({ baseUrl: z.string().optional() });

/** One that its settings name, else that of its kind where it is asked at the kind's own address. */
function knownModel({ kind, settings, models, login }: ProviderEntry): string | undefined {
  const definition = providerDefinitions.find(({ id }) => id === kind)?.embeddings;
  if (!definition) return undefined;
  const named = models.find(isForEmbeddings);
  if (named !== undefined) return named;
  const { baseUrl } = Settings.parse(settings);
  const address = providerPresets.find(({ id }) => id === kind)?.baseUrl;
  // A login is for answers: what an account may embed is not known.
  const isElsewhere = login !== undefined || (baseUrl !== undefined && baseUrl !== address);
  return isElsewhere ? undefined : definition.model;
}

/** Every service says so in the names of such models. */
export function isForEmbeddings(model: string): boolean {
  return /embed/i.test(model);
}
