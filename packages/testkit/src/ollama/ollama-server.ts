import { countPromptTokens } from '../model-call.ts';
import {
  type Dialect,
  type ModelServer,
  type ModelServerOptions,
  openModelServer,
  type Routed,
} from '../model-server.ts';
import type { RecordedRequest } from '../recorded-request.ts';
import { type WireAnswer, wholeAnswer } from '../wire-frame.ts';
import { routeEmbed } from './embed.ts';
import { encodeAnswer, encodeError, refuse } from './encode-answer.ts';
import {
  describeInFull,
  describeInList,
  describeLoaded,
  type OllamaModel,
  toFullName,
} from './installed-model.ts';
import { encodePull } from './pull.ts';
import { toCall } from './to-call.ts';
import { validateChat, type ValidationSetup } from './validate.ts';

export interface OllamaServerOptions extends ModelServerOptions {
  /** The models on the machine; a chat with any other is 404. */
  readonly models?: readonly OllamaModel[];
  /** The models that can be pulled. */
  readonly library?: readonly OllamaModel[];
  readonly version?: string;
  /** A local server asks for no key. With `required` it wants one of `apiKeys`, as ollama.com does. */
  readonly auth?: 'none' | 'required';
}

export const ollamaModels: readonly OllamaModel[] = [
  { id: 'llama3.2', contextWindow: 131_072, capabilities: ['completion', 'tools'] },
  { id: 'qwen3', contextWindow: 40_960, capabilities: ['completion', 'tools', 'thinking'] },
  { id: 'gemma3', contextWindow: 131_072, capabilities: ['completion', 'vision'] },
];

/**
 * Opens Ollama's own API on 127.0.0.1: `POST /api/chat`, `/api/embed`, `/api/show`, `/api/pull`, `DELETE /api/delete`,
 * `GET /api/tags`, `/api/ps`, `/api/version`. It says what the script says, and refuses what the server
 * refuses, in its words.
 */
export function openOllamaServer(options: OllamaServerOptions): Promise<ModelServer> {
  const installed = byName(options.models ?? ollamaModels);
  const shop: Shop = {
    installed,
    library: byName(options.library ?? []),
    loaded: new Set(),
    version: options.version ?? '0.40.12',
    setup: {
      findModel: (name) => installed.get(toFullName(name)),
      rules: options.rules ?? 'enforced',
      countPrompt: (body) => countPromptTokens(toCall(body)),
    },
  };
  const dialect: Dialect = {
    basePath: '',
    encodeError,
    route(request) {
      const needsKey = options.auth === 'required' && request.keyIndex === undefined;
      return needsKey ? reject(401, 'unauthorized', 'condition') : route(request, shop);
    },
  };
  return openModelServer(dialect, options);
}

interface Shop {
  readonly installed: Map<string, OllamaModel>;
  readonly library: ReadonlyMap<string, OllamaModel>;
  readonly loaded: Set<string>;
  readonly version: string;
  readonly setup: ValidationSetup;
}

function byName(models: readonly OllamaModel[]): Map<string, OllamaModel> {
  return new Map(models.map((model) => [toFullName(model.id), model]));
}

function reject(status: number, message: string, cause: 'rule' | 'condition'): Routed {
  return { kind: 'rejection', cause, message, answer: refuse(status, message) };
}

function answer(wire: WireAnswer): Routed {
  return { kind: 'answer', answer: wire };
}

type Route = (request: RecordedRequest, shop: Shop) => Routed;

/** https://docs.ollama.com/api */
const routes: Readonly<Record<string, Route>> = {
  'GET /': () => answer(wholeAnswer(200, 'Ollama is running')),
  'HEAD /': () => answer(wholeAnswer(200, '')),
  'GET /api/version': (_request, { version }) => answer(wholeAnswer(200, { version })),
  'GET /api/tags': (_request, { installed }) =>
    answer(wholeAnswer(200, { models: [...installed.values()].map(describeInList) })),
  'GET /api/ps': (_request, { installed, loaded }) =>
    answer(
      wholeAnswer(200, {
        models: [...loaded].flatMap((name) => {
          const model = installed.get(name);
          return model === undefined ? [] : [describeLoaded(model)];
        }),
      }),
    ),
  'POST /api/show': (request, shop) =>
    withModel(request, shop, (model) => answer(wholeAnswer(200, describeInFull(model)))),
  'DELETE /api/delete': (request, shop) =>
    withModel(request, shop, (model) => {
      shop.installed.delete(toFullName(model.id));
      shop.loaded.delete(toFullName(model.id));
      return answer(wholeAnswer(200, ''));
    }),
  'POST /api/pull': (request, shop) => pull(request, shop),
  'POST /api/chat': (request, shop) => chat(request, shop),
  'POST /api/embed': (request, { installed, loaded }) =>
    routeEmbed(request.body, { installed, loaded }),
};

function route(request: RecordedRequest, shop: Shop): Routed {
  const path = request.path.split('?')[0] ?? '';
  const found = routes[`${request.method} ${path}`];
  if (found !== undefined) return found(request, shop);
  const message = `${request.method} ${path} is not there`;
  const nowhere = wholeAnswer(404, '404 page not found', { 'content-type': 'text/plain' });
  return { kind: 'rejection', cause: 'rule', message, answer: nowhere };
}

function nameIn({ body }: RecordedRequest): string {
  if (typeof body !== 'object' || body === null) return '';
  const name: unknown = Reflect.get(body, 'model') ?? Reflect.get(body, 'name');
  return typeof name === 'string' ? name : '';
}

function withModel(
  request: RecordedRequest,
  shop: Shop,
  then: (model: OllamaModel) => Routed,
): Routed {
  const name = nameIn(request);
  if (name === '') return reject(400, 'model is required', 'rule');
  const model = shop.installed.get(toFullName(name));
  return model === undefined ? reject(404, `model '${name}' not found`, 'condition') : then(model);
}

function pull(request: RecordedRequest, { installed, library }: Shop): Routed {
  const name = nameIn(request);
  if (name === '') return reject(400, 'model is required', 'rule');
  const model = library.get(toFullName(name)) ?? installed.get(toFullName(name));
  if (model !== undefined) installed.set(toFullName(name), model);
  const { body } = request;
  const streams =
    typeof body !== 'object' || body === null || Reflect.get(body, 'stream') !== false;
  return answer(encodePull(model, streams ? 'stream' : 'whole'));
}

function chat(request: RecordedRequest, { setup, loaded }: Shop): Routed {
  if (request.text === '') return reject(400, 'missing request body', 'rule');
  if (request.body === undefined) {
    return reject(400, notJson(request.text), 'rule');
  }
  const validated = validateChat(request.body, setup);
  if (!validated.ok) {
    const { refusal, cause } = validated;
    return reject(refusal.status, refusal.message, cause);
  }
  const { body, model } = validated;
  const name = toFullName(model.id);
  const unloads = body.keep_alive === 0 || body.keep_alive === '0';
  if (unloads) loaded.delete(name);
  else loaded.add(name);
  if ((body.messages ?? []).length === 0) return answer(emptyAnswer(body.model, unloads));
  return {
    kind: 'call',
    call: toCall(body),
    encode: (parts, context) => encodeAnswer(parts, { body, model, context }),
  };
}

/** What Go's decoder says of text that begins as no JSON does, and of JSON that lacks its end. */
function notJson(words: string): string {
  const [first = ''] = words.trimStart();
  return /[[{"]/.test(first)
    ? 'unexpected EOF'
    : `invalid character '${first}' looking for beginning of value`;
}

/** Without messages a chat only loads the model into memory, or takes it out. https://docs.ollama.com/faq */
function emptyAnswer(model: string | null | undefined, unloads: boolean): WireAnswer {
  const message = { role: 'assistant', content: '' };
  const done_reason = unloads ? 'unload' : 'load';
  const created_at = '2026-01-01T00:00:00Z';
  return wholeAnswer(200, { model, created_at, message, done: true, done_reason });
}
