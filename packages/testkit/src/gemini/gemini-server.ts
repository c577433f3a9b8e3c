import type { EmbeddingModel } from '../embedding-call.ts';
import { countPromptTokens } from '../model-call.ts';
import {
  type Dialect,
  type ModelServer,
  type ModelServerOptions,
  openModelServer,
  type Routed,
} from '../model-server.ts';
import type { RecordedRequest } from '../recorded-request.ts';
import { rememberSignatures } from '../remember-signatures.ts';
import { type WireAnswer, wholeAnswer } from '../wire-frame.ts';
import type { GeminiModel } from './checked-request.ts';
import { routeEmbed, routePredict } from './embeddings.ts';
import { encodeAnswer } from './encode-answer.ts';
import { badKey, type Delivery, encodeError, type Refusal, refuse } from './refusal.ts';
import { signPart, standInSignatures } from './signature.ts';
import { toCall } from './to-call.ts';
import { findModel, unknownModel, validateGenerate, type ValidationSetup } from './validate.ts';

export interface GeminiServerOptions extends ModelServerOptions {
  /** The models served; any other is `NOT_FOUND`. Empty serves every name. */
  readonly models?: readonly GeminiModel[];
  /** The models that embed texts. */
  readonly embeddingModels?: readonly EmbeddingModel[];
}

/** https://ai.google.dev/gemini-api/docs/models and https://ai.google.dev/gemini-api/docs/thinking */
export const geminiModels: readonly GeminiModel[] = [
  {
    id: 'gemini-3.1-pro-preview',
    thinking: { kind: 'level', levels: ['LOW', 'MEDIUM', 'HIGH'] },
    signatures: 'required',
    newer: 'taken',
  },
  {
    id: 'gemini-3-flash-preview',
    thinking: { kind: 'level', levels: ['MINIMAL', 'LOW', 'MEDIUM', 'HIGH'] },
    signatures: 'required',
    newer: 'taken',
  },
  {
    id: 'gemini-2.5-pro',
    thinking: { kind: 'budget', least: 128, most: 32_768, off: 'refused' },
  },
  { id: 'gemini-2.5-flash', thinking: { kind: 'budget', least: 1, most: 24_576, off: 'taken' } },
  {
    id: 'gemini-2.0-flash',
    thinking: { kind: 'none' },
    maxOutputTokens: 8192,
    externalUrls: 'refused',
  },
  { id: 'gemma-3-27b-it', thinking: { kind: 'none' }, contextWindow: 131_072, system: 'refused' },
];

/** https://ai.google.dev/gemini-api/docs/embeddings#model-versions */
export const geminiEmbeddingModels: readonly EmbeddingModel[] = [
  { id: 'gemini-embedding-001', dimensions: 3072, contextWindow: 2048 },
  { id: 'gemini-embedding-2', dimensions: 3072 },
  { id: 'text-embedding-005', dimensions: 768, contextWindow: 2048 },
];

/**
 * Opens Google's Gemini API on 127.0.0.1: `models/*:streamGenerateContent`, `:generateContent`, `:countTokens`, `:embedContent`,
 * `:batchEmbedContents` and `GET models`, below `/v1beta` or a project of Vertex AI. It says what the script says, and refuses what the service
 * refuses, in its words.
 */
export function openGeminiServer(options: GeminiServerOptions): Promise<ModelServer> {
  const { models = geminiModels, rules = 'enforced' } = options;
  const { embeddingModels = geminiEmbeddingModels } = options;
  const given = new Set<string>();
  const setup: ValidationSetup = {
    models,
    rules,
    isSigned: (signature, content) =>
      signature === signPart(content) || given.has(signature) || standInSignatures.has(signature),
    countPrompt: (model, body) => countPromptTokens(toCall(model, body, 'stream')),
  };
  const dialect: Dialect = {
    basePath: '',
    encodeError,
    route: (request) => checkKey(request) ?? route(request, { ...setup, embeddingModels }),
  };
  const script = rememberSignatures(options.script, given);
  return openModelServer(dialect, { ...options, script });
}

interface Rejected {
  readonly status: number;
  readonly refusal: Refusal;
  readonly cause: 'rule' | 'condition';
}

function reject({ status, refusal, cause }: Rejected, delivery: Delivery): Routed {
  const answer = refuse(status, refusal, delivery);
  return { kind: 'rejection', cause, message: refusal.message, answer };
}

/** https://ai.google.dev/gemini-api/docs/api-key */
function checkKey({ keyIndex, headers }: RecordedRequest): Routed | undefined {
  if (keyIndex !== undefined) return undefined;
  if (headers['x-goog-api-key'] !== undefined)
    return reject({ status: 400, refusal: badKey, cause: 'condition' }, 'whole');
  if (headers['authorization'] === undefined)
    return reject({ status: 403, refusal: { message: noKey }, cause: 'condition' }, 'whole');
  const answer = encodeError({ type: 'error', status: 401, headers: {}, delayMs: 0 });
  return { kind: 'rejection', cause: 'condition', message: 'no valid token', answer };
}

const noKey =
  "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.";

/** The API itself, or Google's models in a project of Vertex AI. */
const base =
  /^\/(?:v1beta|v1|v1alpha|v1beta1)(?:\/projects\/[^/]+\/locations\/[^/]+)?(?:\/publishers\/google)?\/models(?:\/([^/:]+)(?::(\w+))?)?$/;

interface Setup extends ValidationSetup {
  readonly embeddingModels: readonly EmbeddingModel[];
}

function route(request: RecordedRequest, setup: Setup): Routed {
  const [path = '', query = ''] = request.path.split('?');
  const [matched, model, method] = base.exec(path) ?? [];
  if (matched === undefined) return notFound(path);
  const id = model === undefined ? undefined : decodeURIComponent(model);
  if (request.method === 'GET' && method === undefined)
    return { kind: 'answer', answer: listModels(id, setup) };
  if (id === undefined || request.method !== 'POST') return notFound(path);
  const sse = new URLSearchParams(query).get('alt') === 'sse';
  switch (method) {
    case 'generateContent':
      return routeGenerate(request, { id, delivery: 'whole', setup });
    case 'streamGenerateContent':
      return routeGenerate(request, { id, delivery: sse ? 'sse' : 'list', setup });
    case 'countTokens':
      return countTokens(request, { id, delivery: 'whole', setup });
    case 'embedContent':
      return routeEmbed(request.body, { id, delivery: 'one', models: setup.embeddingModels });
    case 'batchEmbedContents':
      return routeEmbed(request.body, { id, delivery: 'several', models: setup.embeddingModels });
    case 'predict':
      return routePredict(request.body, { id, models: setup.embeddingModels });
    case undefined:
    default:
      return notFound(path);
  }
}

/** Where nothing is, Google's front end answers with a page. */
function notFound(path: string): Routed {
  const message = `The requested URL ${path} was not found on this server.`;
  const page = `<!DOCTYPE html>\n<html lang=en>\n  <title>Error 404 (Not Found)!!1</title>\n  <p>${message}\n</html>\n`;
  const answer = wholeAnswer(404, page, { 'content-type': 'text/html; charset=UTF-8' });
  return { kind: 'rejection', cause: 'rule', message, answer };
}

interface Target {
  readonly id: string;
  readonly delivery: Delivery;
  readonly setup: ValidationSetup;
}

function routeGenerate(request: RecordedRequest, { id, delivery, setup }: Target): Routed {
  if (request.body === undefined)
    return reject({ status: 400, refusal: notJson, cause: 'rule' }, delivery);
  const validated = validateGenerate(request.body, id, setup);
  if (!validated.ok) return reject(validated, delivery);
  const signed = findModel(id, setup.models)?.signatures === 'required';
  return {
    kind: 'call',
    call: toCall(id, validated.body, delivery === 'whole' ? 'whole' : 'stream'),
    encode: (parts, context) => encodeAnswer(parts, { model: id, delivery, signed, context }),
  };
}

const notJson: Refusal = {
  message: 'Invalid JSON payload received. Unexpected token.\n\n^',
};

/** https://ai.google.dev/api/tokens: the contents alone, or a whole request. */
function countTokens(request: RecordedRequest, { id, delivery, setup }: Target): Routed {
  const raw: unknown = request.body;
  const inner: unknown =
    typeof raw === 'object' && raw !== null && 'generateContentRequest' in raw
      ? raw.generateContentRequest
      : raw;
  const validated = validateGenerate(inner, id, setup);
  if (!validated.ok) return reject(validated, delivery);
  const totalTokens = setup.countPrompt(id, validated.body);
  return { kind: 'answer', answer: wholeAnswer(200, { totalTokens }) };
}

/** https://ai.google.dev/api/models */
function listModels(id: string | undefined, { models }: ValidationSetup): WireAnswer {
  const listed = models.map((model) => ({
    name: `models/${model.id}`,
    version: '001',
    displayName: model.id,
    inputTokenLimit: model.contextWindow ?? 1_048_576,
    outputTokenLimit: model.maxOutputTokens ?? 65_536,
    supportedGenerationMethods: ['generateContent', 'countTokens'],
    thinking: model.thinking?.kind !== 'none',
  }));
  if (id === undefined) return wholeAnswer(200, { models: listed });
  const model = listed.find(({ name }) => name === `models/${id}`);
  return model === undefined ? refuse(404, unknownModel(id)) : wholeAnswer(200, model);
}
