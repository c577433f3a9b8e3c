import { CuttleError } from '@cuttle/core-types/errors';
import type { Clock, Transcriber } from '@cuttle/core-types/ports';
import {
  type ProviderDeps,
  providerDefinitions,
  type RouteHealth,
  type TranscriptionDefinition,
} from '@cuttle/providers';
import type { Logins } from '@cuttle/providers/login';
import { createEmbeddingRoutes, type ResolvedEmbedder } from './embedding-routes.ts';
import { createModelFacts } from './model-facts.ts';
import type { ModelSource } from '@cuttle/runtime';
import { findTokenSource, requireLogin } from './login-source.ts';
import { createModelRoutes, keysOf, type ModelRoutes } from './model-routes.ts';
import { createTranscriptionRoutes, type ResolvedTranscriber } from './transcription-routes.ts';
import { settingsFault } from './settings-fault.ts';

/** A provider as configured or found: the kind's settings under an id. */
export interface ProviderEntry {
  readonly id: string;
  readonly kind: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /** The saved login that stands in for a key: its profile, or `<login>/<profile>`. */
  readonly login?: string | undefined;
  /** Tells a login from the one that took its place. */
  readonly loginMark?: string;
  /** Models that are named in the settings, or known to be good defaults. */
  readonly models: readonly string[];
}
export interface ModelChoice {
  readonly ref: string;
  /** Why this model, in words for the owner. */
  readonly reason: string;
}
export interface Models extends ModelSource, Pick<ModelRoutes, 'isKnown' | 'keys'> {
  /** Throws `model.unknown` or `embeddings.unavailable`. */
  resolveEmbedder(ref: string): ResolvedEmbedder;
  /** Throws `model.unknown`. */
  resolveTranscriber(ref: string): ResolvedTranscriber;
  /** What embeds texts where nothing else is asked for; undefined where nothing that is set up is known to. */
  readonly embedding: ModelChoice | undefined;
  readonly entries: readonly ProviderEntry[];
}

/** The models of a configuration. Providers are made when first used; nothing of an SDK is loaded before. Throws `config.invalid` for an unknown kind. */
export function createModels(
  deps: {
    readonly clock: Clock;
    readonly random: () => number;
    readonly health: RouteHealth;
    readonly logins: Logins;
    readonly fetch?: typeof fetch | undefined;
  },
  {
    entries,
    fallback,
    embedding,
  }: {
    readonly entries: readonly ProviderEntry[];
    readonly fallback: ModelChoice;
    readonly embedding?: ModelChoice | undefined;
  },
): Models {
  for (const entry of entries) requireSettings(entry);
  const findFacts = createModelFacts(entries);
  const own = (entry: ProviderEntry): ProviderDeps => ({
    fetch: deps.fetch,
    clock: deps.clock,
    tokenSource: findTokenSource(entry, deps.logins),
  });
  const routes = createModelRoutes(
    {
      ...deps,
      findFacts,
      open: (entry, apiKey) =>
        requireKind(entry.id, entry.kind).create(withKey(entry, apiKey), own(entry)),
    },
    entries,
  );
  const resolveEmbedder = createEmbeddingRoutes(
    {
      ...deps,
      definition: ({ id, kind }) => requireKind(id, kind).embeddings,
      open: (definition, entry, apiKey) => definition.create(withKey(entry, apiKey), own(entry)),
    },
    entries,
  );
  const openTranscriber = (kind: TranscriptionDefinition, entry: ProviderEntry): Transcriber =>
    kind.create(withKey(entry, keysOf(entry)[0]), own(entry));
  return {
    ...routes,
    entries,
    resolve: (ref, fallbacks = []) => routes.resolve(ref, fallbacks),
    fallback: () => fallback,
    list: () => entries.flatMap(({ id, models }) => models.map((model) => `${id}/${model}`)),
    findFacts,
    resolveEmbedder,
    resolveTranscriber: createTranscriptionRoutes({ ...deps, open: openTranscriber }, entries),
    embedding,
  };
}

/** The settings with one key alone. */
function withKey({ id, settings }: ProviderEntry, apiKey: string | undefined): object {
  return { ...settings, id, ...(apiKey !== undefined && { apiKey, apiKeys: undefined }) };
}

/** Wrong settings are told with their place before the first message needs them. Throws `config.invalid`. */
export function requireSettings({ id, kind, settings, login }: ProviderEntry): void {
  const checked = requireKind(id, kind).options.safeParse({ ...settings, id }, { jitless: true });
  if (!checked.success) throw settingsFault(`providers.${id}`, checked.error);
  if (login !== undefined) requireLogin({ id, kind, login });
}

function requireKind(id: string, kind: string): (typeof providerDefinitions)[number] {
  const definition = providerDefinitions.find((one) => one.id === kind);
  if (definition) return definition;
  const kinds = providerDefinitions.map((one) => one.id).join(', ');
  throw new CuttleError('config.invalid', `providers.${id}.kind: there is no kind "${kind}".`, {
    hint: `Kinds: ${kinds}.`,
  });
}
