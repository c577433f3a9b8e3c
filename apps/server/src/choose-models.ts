import type { Config } from '@cuttle/config';
import type { Clock } from '@cuttle/core-types/ports';
import {
  choicesInEnvironment,
  detectProviders,
  type ProviderChoice,
  type RouteHealth,
} from '@cuttle/providers';
import type { Logins, SavedLogin } from '@cuttle/providers/login';
import { answeringFetch } from './answering-fetch.ts';
import { chooseEmbedding } from './choose-embedding.ts';
import { choicesOfLogins, requireLoginSettings, withSaved } from './login-source.ts';
import {
  createModels,
  type ModelChoice,
  type Models,
  type ProviderEntry,
  requireSettings,
} from './model-source.ts';

const offline: ProviderEntry = {
  id: 'offline',
  kind: 'offline',
  settings: {},
  models: ['offline'],
};

type Environment = Readonly<Record<string, string | undefined>>;
interface ModelDeps {
  readonly clock: Clock;
  readonly random: () => number;
  readonly health: RouteHealth;
  readonly logins: Logins;
  /** How models are asked. */
  readonly fetch: typeof fetch;
}
interface Sources {
  readonly config: Config;
  readonly env: Environment;
  /** Who is logged in. */
  readonly saved: readonly SavedLogin[];
}

/** The providers of the configuration and of the environment, and which model is used where nothing else is chosen. */
export function chooseModels(
  deps: ModelDeps,
  { config, env, saved }: Sources,
  found = choicesInEnvironment(env),
): Models {
  requireLoginSettings(config.logins);
  const configured = Object.entries(config.providers)
    .map(toEntry)
    .map((entry) => withSaved(entry, saved));
  const known = new Set(configured.map(({ id }) => id));
  const detected = withLogins(found, { env, saved }).filter(
    ({ kind }) => kind !== 'offline' && !known.has(kind),
  );
  const entries = [
    ...configured,
    ...detected.map((choice) => withSaved(toDetected(choice, env), saved)),
    offline,
  ].filter(({ id }, at, all) => all.findIndex((one) => one.id === id) === at);
  const fallback = chooseFallback(config, configured, detected);
  const embedding = chooseEmbedding(config, entries, fallback);
  return createModels(deps, { entries, fallback, embedding });
}

/** A key in the environment goes before a login, a login before a server on this machine. */
function withLogins(
  found: readonly ProviderChoice[],
  { env, saved }: Pick<Sources, 'env' | 'saved'>,
): readonly ProviderChoice[] {
  const keyed = new Set(choicesInEnvironment(env).map(({ kind }) => kind));
  const logins = choicesOfLogins(saved).filter(({ kind }) => !keyed.has(kind));
  return [
    ...found.filter(({ kind }) => keyed.has(kind)),
    ...logins,
    ...found.filter(({ kind }) => !keyed.has(kind)),
  ];
}

/** Throws `config.invalid` for a provider whose kind is unknown or refuses its settings. */
export function checkProviders({ providers, logins }: Config): void {
  requireLoginSettings(logins);
  for (const provider of Object.entries(providers)) requireSettings(toEntry(provider));
}

/** The same with what answers on this machine; undefined where the owner chose a model, so that nobody need be asked. */
export async function findModels(
  deps: ModelDeps,
  sources: Sources,
  signal: AbortSignal,
): Promise<Models | undefined> {
  if (sources.config.agents.defaults.model !== undefined) return undefined;
  if (Object.values(sources.config.providers).some(({ models }) => models?.length))
    return undefined;
  return chooseModels(
    deps,
    sources,
    await detectProviders(sources.env, { fetch: answeringFetch, signal }),
  );
}

function toEntry([id, { kind, models = [], login, ...settings }]: [
  string,
  Config['providers'][string],
]): ProviderEntry {
  return {
    id,
    kind,
    ...(login !== undefined && { login }),
    settings: { ...settings, ...(models.length > 0 && { models }) },
    models: models.map((model) => model.id),
  };
}

function toDetected({ kind, settings, model }: ProviderChoice, env: Environment): ProviderEntry {
  const { login, ...others } = settings;
  const filled = Object.entries(others).map(
    ([key, value]) => [key, typeof value === 'string' ? fill(value, env) : value] as const,
  );
  return {
    id: kind,
    kind,
    ...(typeof login === 'string' && { login }),
    settings: Object.fromEntries(filled),
    models: [model],
  };
}

/** `${NAME}` → the variable. */
function fill(text: string, env: Environment): string {
  return text.replace(/\$\{(\w+)\}/g, (_whole, name: string) => env[name] ?? '');
}

function chooseFallback(
  config: Config,
  configured: readonly ProviderEntry[],
  detected: readonly ProviderChoice[],
): ModelChoice {
  const { model } = config.agents.defaults;
  if (model !== undefined)
    return { ref: model, reason: 'agents.defaults.model in the configuration' };
  const first = configured.find(({ models }) => models.length > 0);
  if (first)
    return {
      ref: `${first.id}/${first.models[0]}`,
      reason: `the first model of providers.${first.id} in the configuration`,
    };
  const [found] = detected;
  if (found) return { ref: `${found.kind}/${found.model}`, reason: found.reason };
  return {
    ref: 'offline/offline',
    reason:
      'no model is set up: no provider in the configuration, no key in the environment, no server on this machine',
  };
}
