import { CuttleError } from '@cuttle/core-types/errors';
import type { Clock, ModelProvider } from '@cuttle/core-types/ports';
import { createRetrying, providerDefinitions } from '@cuttle/providers';
import type { ModelSource, ResolvedModel } from '@cuttle/runtime';
import { createModelFacts } from './model-facts.ts';
import { settingsFault } from './settings-fault.ts';

/** A provider as configured or found: the kind's settings under an id. */
export interface ProviderEntry {
  readonly id: string;
  readonly kind: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /** Models that are named in the settings, or known to be good defaults. */
  readonly models: readonly string[];
}
export interface ModelChoice {
  readonly ref: string;
  /** Why this model, in words for the owner. */
  readonly reason: string;
}
export interface Models extends ModelSource {
  readonly entries: readonly ProviderEntry[];
  provider(id: string): ModelProvider | undefined;
}

/** The models of a configuration. Providers are made when first used; nothing of an SDK is loaded before. Throws `config.invalid` for an unknown kind. */
export function createModels(
  deps: {
    readonly clock: Clock;
    readonly random: () => number;
    readonly fetch?: typeof fetch | undefined;
  },
  {
    entries,
    fallback,
  }: { readonly entries: readonly ProviderEntry[]; readonly fallback: ModelChoice },
): Models {
  const made = new Map<string, ModelProvider>();
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  for (const entry of entries) requireSettings(entry);
  const provider = (id: string): ModelProvider | undefined => {
    const known = made.get(id);
    const entry = byId.get(id);
    if (known || !entry) return known;
    const { kind, settings } = entry;
    const bare = requireKind(id, kind).create(
      { ...settings, id },
      { fetch: deps.fetch, clock: deps.clock },
    );
    const retrying = createRetrying(bare, deps);
    made.set(id, retrying);
    return retrying;
  };
  const resolve = (ref: string): ResolvedModel => {
    const slash = ref.indexOf('/');
    const found = slash > 0 ? provider(ref.slice(0, slash)) : undefined;
    if (!found)
      throw new CuttleError(
        'model.unknown',
        `No provider is set up for the model "${ref.slice(0, 200)}".`,
      );
    return { ref, provider: found, model: ref.slice(slash + 1) };
  };
  return {
    entries,
    provider,
    resolve,
    fallback: () => fallback,
    list: () => entries.flatMap(({ id, models }) => models.map((model) => `${id}/${model}`)),
    findFacts: createModelFacts(entries),
  };
}

/** Wrong settings are told with their place before the first message needs them. Throws `config.invalid`. */
export function requireSettings({ id, kind, settings }: ProviderEntry): void {
  const checked = requireKind(id, kind).options.safeParse({ ...settings, id });
  if (!checked.success) throw settingsFault(`providers.${id}`, checked.error);
}

function requireKind(id: string, kind: string): (typeof providerDefinitions)[number] {
  const definition = providerDefinitions.find((one) => one.id === kind);
  if (definition) return definition;
  const kinds = providerDefinitions.map((one) => one.id).join(', ');
  throw new CuttleError('config.invalid', `providers.${id}.kind: there is no kind "${kind}".`, {
    hint: `Kinds: ${kinds}.`,
  });
}
