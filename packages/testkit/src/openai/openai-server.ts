import type { EmbeddingModel } from '../embedding-call.ts';
import { createIdSource, type IdSource } from '../id-source.ts';
import { countPromptTokens } from '../model-call.ts';
import {
  type Dialect,
  type ModelServer,
  type ModelServerOptions,
  openModelServer,
  type Routed,
  type ServedModel,
} from '../model-server.ts';
import type { RecordedRequest } from '../recorded-request.ts';
import { type WireAnswer, wholeAnswer } from '../wire-frame.ts';
import type { OpenaiModel, ReasoningField } from './checked-request.ts';
import { encodeEmbeddings, validateEmbeddings } from './embeddings.ts';
import { encodeAnswer } from './encode-answer.ts';
import { encodeError, type Refusal, refuse } from './refusal.ts';
import { toCall } from './to-call.ts';
import {
  encodeTranscription,
  readTranscription,
  type TranscriptionScript,
} from './transcriptions.ts';
import { unknownModel, validateChat, type ValidationSetup } from './validate.ts';

export interface OpenaiServerOptions extends ModelServerOptions {
  /** The models served; any other is `model_not_found`. Empty serves every name. */
  readonly models?: readonly OpenaiModel[];
  /** The models that embed texts. */
  readonly embeddingModels?: readonly EmbeddingModel[];
  /** What is said in recordings; without it, nothing. */
  readonly transcriptions?: TranscriptionScript;
  /** Where reasoning is shown, for services that speak this dialect and show it. `hidden` by default, as OpenAI does. */
  readonly reasoning?: ReasoningField;
}

export const openaiModels: readonly OpenaiModel[] = [
  { id: 'gpt-4.1-mini', contextWindow: 1_047_576, maxOutputTokens: 32_768 },
  { id: 'gpt-4o-mini', contextWindow: 128_000, maxOutputTokens: 16_384 },
  { id: 'gpt-5-mini', contextWindow: 400_000, maxOutputTokens: 128_000, kind: 'reasoning' },
];

/** https://platform.openai.com/docs/guides/embeddings */
export const openaiEmbeddingModels: readonly EmbeddingModel[] = [
  { id: 'text-embedding-3-small', dimensions: 1536 },
  { id: 'text-embedding-3-large', dimensions: 3072 },
  { id: 'text-embedding-ada-002', dimensions: 1536, shorter: 'none' },
];

/**
 * Opens OpenAI's Chat Completions API on 127.0.0.1: `POST /v1/chat/completions`, `POST /v1/embeddings`, `POST /v1/audio/transcriptions`,
 * `GET /v1/models`.
 * It says what the script says, and refuses what the service refuses, in its words.
 */
export function openOpenaiServer(options: OpenaiServerOptions): Promise<ModelServer> {
  const { models = openaiModels, reasoning = 'hidden', rules = 'enforced' } = options;
  const { embeddingModels = openaiEmbeddingModels, transcriptions = () => '' } = options;
  const ids = createIdSource(options.idSeed);
  const setup: ValidationSetup = {
    models,
    reasoning,
    rules,
    countPrompt: (body) => countPromptTokens(toCall(body)),
  };
  const dialect: Dialect = {
    basePath: '/v1',
    encodeError,
    route: (request) =>
      checkKey(request, ids) ?? route(request, { setup, ids, embeddingModels, transcriptions }),
  };
  return openModelServer(dialect, options);
}

interface Desk {
  readonly transcriptions: TranscriptionScript;
  readonly embeddingModels: readonly EmbeddingModel[];
  readonly setup: ValidationSetup;
  readonly ids: IdSource;
}

/** https://platform.openai.com/docs/api-reference/authentication */
export function checkKey(
  { keyIndex, headers }: RecordedRequest,
  ids: IdSource,
): Routed | undefined {
  if (keyIndex !== undefined) return undefined;
  const answer =
    headers['authorization'] === undefined
      ? refuse(401, noKey, ids)
      : encodeError({ type: 'error', status: 401, headers: {}, delayMs: 0 }, ids);
  return { kind: 'rejection', cause: 'condition', message: 'no valid API key', answer };
}

const noKey: Refusal = {
  message:
    "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY), or as the password field (with blank username) if you're accessing the API from your browser and are prompted for a username and password. You can obtain an API key from https://platform.openai.com/account/api-keys.",
  param: null,
  code: null,
};

function route(request: RecordedRequest, desk: Desk): Routed {
  const path = request.path.split('?')[0] ?? '';
  if (path === '/v1/chat/completions' && request.method === 'POST') return routeChat(request, desk);
  if (path === '/v1/embeddings' && request.method === 'POST') return routeEmbeddings(request, desk);
  if (path === '/v1/audio/transcriptions' && request.method === 'POST')
    return routeTranscription(request, desk);
  const models = /^\/v1\/models(?:\/([^/]+))?$/.exec(path);
  if (models !== null && request.method === 'GET') {
    return { kind: 'answer', answer: listModels(models[1], { ...desk.setup, ids: desk.ids }) };
  }
  const message = `Invalid URL (${request.method} ${path})`;
  const answer = refuse(404, { message, param: null, code: null }, desk.ids);
  return { kind: 'rejection', cause: 'rule', message, answer };
}

function routeChat(request: RecordedRequest, { setup, ids }: Desk): Routed {
  if (request.body === undefined) {
    const answer = refuse(400, notJson, ids);
    return { kind: 'rejection', cause: 'rule', message: notJson.message, answer };
  }
  const validated = validateChat(request.body, setup);
  if (!validated.ok) {
    const { status, refusal, cause } = validated;
    const answer = refuse(status, refusal, ids);
    return { kind: 'rejection', cause, message: refusal.message, answer };
  }
  const { body } = validated;
  return {
    kind: 'call',
    call: toCall(body),
    encode: (parts, context) => encodeAnswer(parts, { body, context, reasoning: setup.reasoning }),
  };
}

function routeEmbeddings(request: RecordedRequest, { setup, ids, embeddingModels }: Desk): Routed {
  const validated =
    request.body === undefined
      ? { ok: false as const, status: 400, refusal: notJson, cause: 'rule' as const }
      : validateEmbeddings(request.body, {
          models: embeddingModels,
          isChatModel: (id) => setup.models.some((model) => model.id === id),
        });
  if (!validated.ok) {
    const { status, refusal, cause } = validated;
    const answer = refuse(status, refusal, ids);
    return { kind: 'rejection', cause, message: refusal.message, answer };
  }
  const { call, format } = validated;
  return {
    kind: 'embedding',
    call,
    encode: (vectors) => encodeEmbeddings(vectors, { call, format }),
  };
}

function routeTranscription(request: RecordedRequest, { transcriptions, ids }: Desk): Routed {
  const read = readTranscription(request.headers['content-type'] ?? '', request.text);
  if (!read.ok) {
    const answer = refuse(read.status, read.refusal, ids);
    return { kind: 'rejection', cause: 'rule', message: read.refusal.message, answer };
  }
  const said = transcriptions(read.call);
  const answer =
    typeof said === 'string' ? encodeTranscription(said, read.call) : encodeError(said, ids);
  return { kind: 'answer', answer };
}

export const notJson: Refusal = {
  message:
    "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON. If you have trouble figuring out how to fix this, please contact us through our help center at help.openai.com.)",
  param: null,
  code: null,
};

export function listModels(
  id: string | undefined,
  { models, ids }: { readonly models: readonly ServedModel[]; readonly ids: IdSource },
): WireAnswer {
  const data = models.map((model) => ({
    id: model.id,
    object: 'model',
    created: 1_767_225_600,
    owned_by: 'system',
  }));
  if (id === undefined) return wholeAnswer(200, { object: 'list', data });
  const name = decodeURIComponent(id);
  const model = data.find((entry) => entry.id === name);
  return model === undefined ? refuse(404, unknownModel(name), ids) : wholeAnswer(200, model);
}
