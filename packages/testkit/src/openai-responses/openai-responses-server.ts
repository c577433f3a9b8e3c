import { createIdSource, type IdSource } from '../id-source.ts';
import { countPromptTokens } from '../model-call.ts';
import {
  type Dialect,
  type ModelServer,
  type ModelServerOptions,
  openModelServer,
  type Routed,
} from '../model-server.ts';
import { checkKey, listModels, notJson } from '../openai/openai-server.ts';
import { encodeError, refuse } from '../openai/refusal.ts';
import type { RecordedRequest } from '../recorded-request.ts';
import { wholeAnswer } from '../wire-frame.ts';
import type { ResponsesModel } from './checked-request.ts';
import { encodeAnswer } from './encode-answer.ts';
import { isAccount, refuseForSubscription } from './subscription.ts';
import { toCall } from './to-call.ts';
import { validateResponses, type ValidationSetup } from './validate.ts';

export interface OpenaiResponsesServerOptions extends ModelServerOptions {
  /** The models served; any other is `model_not_found`. Empty serves every name. */
  readonly models?: readonly ResponsesModel[];
  /**
   * Makes this the backend of a ChatGPT subscription, which wants `chatgpt-account-id` to be this account and refuses
   * some of what the platform takes. By default it is the platform.
   */
  readonly accountId?: string;
}

export const openaiResponsesModels: readonly ResponsesModel[] = [
  { id: 'gpt-4.1-mini', contextWindow: 1_047_576, maxOutputTokens: 32_768 },
  { id: 'gpt-4o-mini', contextWindow: 128_000, maxOutputTokens: 16_384 },
  { id: 'gpt-5-mini', contextWindow: 400_000, maxOutputTokens: 128_000, kind: 'reasoning' },
  {
    id: 'gpt-5.5',
    contextWindow: 400_000,
    maxOutputTokens: 128_000,
    kind: 'reasoning',
    phases: 'said',
  },
];

/**
 * Opens OpenAI's Responses API on 127.0.0.1: `POST /v1/responses`, `GET /v1/models`. Nothing is stored, so that an
 * answer or an item cannot be referred to. It says what the script says, and refuses what the service refuses.
 */
export function openOpenaiResponsesServer(
  options: OpenaiResponsesServerOptions,
): Promise<ModelServer> {
  const { models = openaiResponsesModels, rules = 'enforced', accountId } = options;
  const ids = createIdSource(options.idSeed);
  const setup: ValidationSetup = {
    models,
    rules,
    countPrompt: (body) => countPromptTokens(toCall(body)),
  };
  const desk: Desk = { setup, ids, accountId };
  const dialect: Dialect = {
    basePath: '/v1',
    encodeError,
    route: (request) =>
      checkKey(request, ids) ?? checkAccount(request, accountId) ?? route(request, desk),
  };
  return openModelServer(dialect, options);
}

interface Desk {
  readonly setup: ValidationSetup;
  readonly ids: IdSource;
  readonly accountId: string | undefined;
}

function checkAccount(request: RecordedRequest, accountId: string | undefined): Routed | undefined {
  if (accountId === undefined || isAccount(request, accountId)) return undefined;
  const message = 'Unauthorized';
  return { kind: 'rejection', cause: 'condition', message, answer: detailed(401, message) };
}

function route(request: RecordedRequest, desk: Desk): Routed {
  const path = request.path.split('?')[0] ?? '';
  if (path === '/v1/responses' && request.method === 'POST') return routeResponses(request, desk);
  const models = /^\/v1\/models(?:\/([^/]+))?$/.exec(path);
  if (models !== null && request.method === 'GET')
    return { kind: 'answer', answer: listModels(models[1], { ...desk.setup, ids: desk.ids }) };
  const message = `Invalid URL (${request.method} ${path})`;
  const answer = refuse(404, { message, param: null, code: null }, desk.ids);
  return { kind: 'rejection', cause: 'rule', message, answer };
}

function routeResponses(request: RecordedRequest, { setup, ids, accountId }: Desk): Routed {
  if (request.body === undefined) {
    const answer = refuse(400, notJson, ids);
    return { kind: 'rejection', cause: 'rule', message: notJson.message, answer };
  }
  const validated = validateResponses(request.body, setup);
  if (!validated.ok) {
    const { status, refusal, cause } = validated;
    const answer = refuse(status, refusal, ids);
    return { kind: 'rejection', cause, message: refusal.message, answer };
  }
  const { body, model } = validated;
  const detail = accountId === undefined ? undefined : refuseForSubscription(body);
  if (detail !== undefined)
    return { kind: 'rejection', cause: 'rule', message: detail, answer: detailed(400, detail) };
  return {
    kind: 'call',
    call: toCall(body),
    encode: (parts, context) => encodeAnswer(parts, { body, model, context }),
  };
}

function detailed(status: number, detail: string): ReturnType<typeof wholeAnswer> {
  return wholeAnswer(status, { detail });
}
