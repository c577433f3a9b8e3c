import { isCuttleError } from '@cuttle/core-types/errors';
import { readText } from './exchange/read-chunks.ts';
import { readRecord } from './exchange/read-record.ts';
import type { Fetch } from './exchange/strict-fetch.ts';
import { systemTimer, type Timer } from './exchange/timer.ts';
import { type KeyRow, keyRows } from './key-rows.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A provider that can be used as things are: settings for the configuration, and why it was chosen. */
export interface ProviderChoice {
  /** The `kind` of a provider definition, and the id of the provider. */
  readonly kind: string;
  /** The provider's settings; a secret stands there as `${NAME}` of its variable, so that they can be shown and stored. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly model: string;
  /** Said to the user: "ANTHROPIC_API_KEY is set". */
  readonly reason: string;
}

/** What the environment alone gives. Pure. A variable that is set to nothing is not set. */
export function choicesInEnvironment(env: Environment): readonly ProviderChoice[] {
  const taken = new Set<string>();
  const isSet = (variable: string): boolean => Boolean(env[variable]?.trim());
  return keyRows.flatMap((row): readonly ProviderChoice[] => {
    const { kind, variable, setting, model, beside = {}, needs = [] } = row;
    if (![variable, ...needs].every(isSet) || taken.has(kind)) return [];
    taken.add(kind);
    const baseUrl = baseUrlOf(row, env);
    const elsewhere = baseUrl ? `, ${row.baseUrlVariable} names ${baseUrl}` : '';
    return [
      {
        kind,
        settings: {
          [setting]: `\${${variable}}`,
          ...(baseUrl && { baseUrl }),
          ...Object.fromEntries(
            Object.entries(beside)
              .filter(([, name]) => isSet(name))
              .map(([key, name]) => [key, `\${${name}}`]),
          ),
        },
        model: typeof model === 'string' ? model : (env[model.variable]?.trim() ?? ''),
        reason: `${variable} is set${elsewhere}`,
      },
    ];
  });
}

/** The address that a variable names; `/openai/v1` is added to a resource's, unless it is there. */
function baseUrlOf(
  { baseUrlVariable, basePath = '' }: KeyRow,
  env: Environment,
): string | undefined {
  const stated = baseUrlVariable === undefined ? undefined : env[baseUrlVariable]?.trim();
  if (!stated || basePath === '') return stated;
  const resource = stated.replace(/\/+$/, '');
  return resource.endsWith(basePath) ? resource : `${resource}${basePath}`;
}

export interface DetectDeps {
  readonly fetch: Fetch;
  readonly signal: AbortSignal;
  readonly clock?: Timer;
  /** How long a server on this machine may take to answer. Default 300. */
  readonly probeTimeoutMs?: number;
}

/**
 * Every provider that can be used as things are, the best first: keys in the environment, then servers on this machine.
 * Never empty: the offline provider is always last. Rejects only with `signal.reason`.
 */
export async function detectProviders(
  env: Environment,
  deps: DetectDeps,
): Promise<readonly ProviderChoice[]> {
  const keyed = choicesInEnvironment(env).map((choice) => withListedModel(choice, env, deps));
  const local = localServers(env).map(async (server) => {
    const [model] = await probe(server, deps);
    return model === undefined ? [] : [toChoice(server, model)];
  });
  return [...(await Promise.all(keyed)), ...(await Promise.all(local)).flat(), offline];
}

const offline: ProviderChoice = {
  kind: 'offline',
  settings: {},
  model: 'offline',
  reason: 'no key is set and no local model server answers',
};

/** Another address has other models: where it lists them, one of those is chosen. */
async function withListedModel(
  choice: ProviderChoice,
  env: Environment,
  deps: DetectDeps,
): Promise<ProviderChoice> {
  const { kind, settings, model } = choice;
  const baseUrl = settings['baseUrl'];
  const row = keyRows.find(({ variable }) => choice.reason.startsWith(variable));
  // A model that was named is the one that is meant.
  if (typeof baseUrl !== 'string' || typeof row?.model !== 'string') return choice;
  const key = env[row.variable];
  const listed = await probe(listAt(kind, baseUrl.replace(/\/$/, ''), key ?? ''), deps);
  const [first = model] = listed;
  return { ...choice, model: listed.includes(model) ? model : first };
}

/** Where a service lists its models, and how a key is shown there. */
function listAt(kind: string, baseUrl: string, key: string): ModelList {
  const authorization = `Bearer ${key}`;
  switch (kind) {
    case 'anthropic':
      return {
        kind,
        url: `${baseUrl}/v1/models`,
        headers: { authorization, 'x-api-key': key, 'anthropic-version': '2023-06-01' },
        models: listedModels(kind),
      };
    case 'gemini':
      return {
        kind,
        url: `${baseUrl}/v1beta/models`,
        headers: { 'x-goog-api-key': key },
        async models(text) {
          const { answeringModels } = await import('./gemini/list-models.ts');
          return answeringModels(text, kind).map(({ id }) => id);
        },
      };
    default:
      return {
        kind,
        url: `${baseUrl}/models`,
        headers: { authorization },
        models: listedModels(kind),
      };
  }
}

interface ModelList {
  readonly kind: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The names in the server's list of models. Rejects for what is no such list. */
  models(text: string): Promise<readonly string[]>;
}

interface LocalServer extends ModelList {
  readonly title: string;
  readonly baseUrl: string;
}

function localServers(env: Environment): readonly LocalServer[] {
  const ollama = ollamaUrl(env['OLLAMA_HOST']?.trim());
  const lmstudio = 'http://127.0.0.1:1234/v1';
  return [
    {
      kind: 'ollama',
      title: 'Ollama',
      baseUrl: ollama,
      url: `${ollama}/api/tags`,
      headers: {},
      async models(text) {
        const { OllamaTags } = await import('./ollama/wire.ts');
        return (readRecord(OllamaTags, text, 'ollama').models ?? []).map(({ name }) => name);
      },
    },
    {
      kind: 'lmstudio',
      title: 'LM Studio',
      baseUrl: lmstudio,
      url: `${lmstudio}/models`,
      headers: {},
      models: listedModels('lmstudio'),
    },
  ];
}

/** OpenAI's form, which Anthropic shares. Models for embeddings stand beside those that answer. */
function listedModels(kind: string): ModelList['models'] {
  return async (text) => {
    const { OpenaiModels } = await import('./openai/wire.ts');
    return (readRecord(OpenaiModels, text, kind).data ?? [])
      .map(({ id }) => id)
      .filter((id) => !id.includes('embed'));
  };
}

/** `OLLAMA_HOST` is what the server listens on: a host, a port, both, or a URL. All interfaces means this machine. */
export function ollamaUrl(host: string | undefined): string {
  if (!host) return 'http://127.0.0.1:11434';
  const full = host.includes('://')
    ? host
    : `http://${host.startsWith(':') ? `127.0.0.1${host}` : host}`;
  const url = URL.parse(full);
  if (!url) return 'http://127.0.0.1:11434';
  if (url.hostname === '0.0.0.0' || url.hostname === '[::]') url.hostname = '127.0.0.1';
  // A URL has the port of its scheme, a bare host that of Ollama.
  if (url.port === '' && !host.includes('://')) url.port = '11434';
  return url.href.replace(/\/$/, '');
}

function toChoice({ kind, title, baseUrl }: LocalServer, model: string): ProviderChoice {
  return { kind, settings: { baseUrl }, model, reason: `${title} answers at ${baseUrl}` };
}

const maxBytes = 1_048_576;

/** The models that a server lists; none if it does not answer well and soon. */
async function probe(server: ModelList, deps: DetectDeps): Promise<readonly string[]> {
  const { signal, clock = systemTimer, probeTimeoutMs = 300 } = deps;
  signal.throwIfAborted();
  const patience = new AbortController();
  const both = AbortSignal.any([signal, patience.signal]);
  const late = clock.sleep(probeTimeoutMs, both).then(
    () => patience.abort(),
    () => undefined,
  );
  try {
    const from = { service: server.kind, maxBytes };
    const { url, headers } = server;
    const asked = deps.fetch(url, { headers, signal: both, redirect: 'manual' });
    const response = await Promise.race([asked, late]);
    if (!response?.ok) return [];
    return await server.models(await readText({ ...from, response }, both));
  } catch (error) {
    signal.throwIfAborted();
    if (isNoServer(error)) return [];
    throw error;
  } finally {
    patience.abort();
    await late;
  }
}

/** Nobody there, too late, or somebody who is no model server. */
function isNoServer(error: unknown): boolean {
  return (
    isCuttleError(error) ||
    (error instanceof TypeError && /fetch|network|load failed/i.test(error.message)) ||
    (error instanceof DOMException && error.name === 'AbortError')
  );
}
