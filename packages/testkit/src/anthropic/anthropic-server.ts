import {
  type Dialect,
  type ModelServer,
  type ModelServerOptions,
  openModelServer,
  type Routed,
} from '../model-server.ts';
import { countPromptTokens } from '../model-call.ts';
import type { RecordedRequest } from '../recorded-request.ts';
import { createIdSource } from '../id-source.ts';
import { rememberSignatures } from '../remember-signatures.ts';
import { type WireAnswer, wholeAnswer } from '../wire-frame.ts';
import { type AnthropicModel, type ApiVersion, apiVersions } from './checked-request.ts';
import { encodeAnswer } from './encode-answer.ts';
import { encodeError, refuse } from './refusal.ts';
import { signThinking } from './signature.ts';
import { toCall } from './to-call.ts';
import { type ValidationSetup, validateMessages } from './validate.ts';

export interface AnthropicServerOptions extends ModelServerOptions {
  /** The models served; any other is `not_found_error`. Empty serves every name. */
  readonly models?: readonly AnthropicModel[];
  /** The service combines neighbouring messages of one role; some that speak its dialect refuse them. */
  readonly turns?: 'combined' | 'alternating';
}

export const anthropicModels: readonly AnthropicModel[] = [
  { id: 'claude-sonnet-4-5', contextWindow: 200_000, maxOutputTokens: 64_000 },
  { id: 'claude-haiku-4-5', contextWindow: 200_000, maxOutputTokens: 64_000 },
  { id: 'claude-opus-4-8', prefill: 'refused', systemMessages: 'taken', thinking: ['adaptive'] },
  { id: 'claude-sonnet-5-5', prefill: 'refused', systemMessages: 'taken', thinking: ['adaptive'] },
];

/**
 * Opens Anthropic's Messages API on 127.0.0.1: `POST /v1/messages`, `POST /v1/messages/count_tokens`,
 * `GET /v1/models`. It says what the script says, and refuses what the service refuses, in its words.
 */
export function openAnthropicServer(options: AnthropicServerOptions): Promise<ModelServer> {
  const { models = anthropicModels } = options;
  const signatures = new Set<string>();
  const ids = createIdSource(options.idSeed);
  const setup: ValidationSetup = {
    models,
    turns: options.turns ?? 'combined',
    rules: options.rules ?? 'enforced',
    isSigned: (thought, signature) =>
      signature === signThinking(thought) || signatures.has(signature),
    countPrompt: (body) => countPromptTokens(toCall(body)),
  };
  const dialect: Dialect = {
    basePath: '',
    encodeError,
    route: (request) => checkHead(request, ids) ?? route(request, { setup, ids }),
  };
  const script = rememberSignatures(options.script, signatures);
  return openModelServer(dialect, { ...options, script });
}

interface Desk {
  readonly setup: ValidationSetup;
  readonly ids: ReturnType<typeof createIdSource>;
}

/** https://platform.claude.com/docs/en/api/errors and https://docs.anthropic.com/en/api/versioning */
function checkHead(request: RecordedRequest, ids: Desk['ids']): Routed | undefined {
  const { headers, keyIndex } = request;
  if (keyIndex === undefined) {
    const hasKey = headers['x-api-key'] !== undefined;
    const message = hasKey
      ? 'invalid x-api-key'
      : headers['authorization'] === undefined
        ? 'x-api-key header is required'
        : 'Invalid bearer token';
    return reject({ status: 401, message, cause: 'condition' }, ids);
  }
  const version = headers['anthropic-version'];
  if (version === undefined) {
    return reject(
      { status: 400, message: 'anthropic-version: header is required', cause: 'rule' },
      ids,
    );
  }
  if (findVersion(request) !== undefined) return undefined;
  const message = `anthropic-version: "${version}" is not a valid version`;
  return reject({ status: 400, message, cause: 'rule' }, ids);
}

function findVersion({ headers }: RecordedRequest): ApiVersion | undefined {
  return apiVersions.find((version) => version === headers['anthropic-version']);
}

function versionOf(request: RecordedRequest): ApiVersion {
  return findVersion(request) ?? '2026-10-21';
}

function reject(
  refusal: {
    readonly status: number;
    readonly message: string;
    readonly cause: 'rule' | 'condition';
  },
  ids: Desk['ids'],
): Routed {
  const { status, message, cause } = refusal;
  return { kind: 'rejection', cause, message, answer: refuse(status, message, ids) };
}

function route(request: RecordedRequest, desk: Desk): Routed {
  const path = request.path.split('?')[0] ?? '';
  if (path === '/v1/messages' || path === '/v1/messages/count_tokens') {
    if (request.method !== 'POST') {
      return reject({ status: 405, message: 'Method Not Allowed', cause: 'rule' }, desk.ids);
    }
    return path === '/v1/messages' ? routeMessages(request, desk) : countTokens(request, desk);
  }
  const models = /^\/v1\/models(?:\/([^/]+))?$/.exec(path);
  if (models !== null && request.method === 'GET') {
    return { kind: 'answer', answer: listModels(models[1], desk) };
  }
  return reject({ status: 404, message: 'Not Found', cause: 'rule' }, desk.ids);
}

const maxBytes = 32 * 1024 * 1024;

function routeMessages(request: RecordedRequest, { setup, ids }: Desk): Routed {
  if (request.text.length > maxBytes) {
    const message = 'Request exceeds the maximum size';
    return reject({ status: 413, message, cause: 'condition' }, ids);
  }
  if (request.body === undefined) {
    const message = 'The request body is not valid JSON: expected value at line 1 column 1';
    return reject({ status: 400, message, cause: 'rule' }, ids);
  }
  const validated = validateMessages(request.body, versionOf(request), setup);
  if (!validated.ok) return reject(validated.refusal, ids);
  const { body } = validated;
  return {
    kind: 'call',
    call: toCall(body),
    encode: (parts, context) => encodeAnswer(parts, body, context),
  };
}

/** https://platform.claude.com/docs/en/build-with-claude/token-counting: the same body, but for `max_tokens`. */
function countTokens(request: RecordedRequest, { setup, ids }: Desk): Routed {
  const raw: unknown = request.body;
  const body = typeof raw === 'object' && raw !== null ? { ...raw, max_tokens: 1 } : raw;
  const validated = validateMessages(body, versionOf(request), setup);
  if (!validated.ok) return reject(validated.refusal, ids);
  const answer = wholeAnswer(200, { input_tokens: setup.countPrompt(validated.body) });
  return { kind: 'answer', answer };
}

function listModels(id: string | undefined, { setup, ids }: Desk): WireAnswer {
  const data = setup.models.map((model) => ({
    type: 'model',
    id: model.id,
    display_name: model.id,
    created_at: '2025-09-29T00:00:00Z',
    max_input_tokens: model.contextWindow ?? 200_000,
    max_tokens: model.maxOutputTokens ?? 64_000,
  }));
  if (id === undefined) {
    const first_id = data[0]?.id ?? null;
    const last_id = data.at(-1)?.id ?? null;
    return wholeAnswer(200, { data, has_more: false, first_id, last_id });
  }
  const model = data.find((entry) => entry.id === decodeURIComponent(id));
  return model === undefined ? refuse(404, `model: ${id}`, ids) : wholeAnswer(200, model);
}
