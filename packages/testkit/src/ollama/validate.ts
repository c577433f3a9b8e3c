import { isRecord } from '../json-schema-fault.ts';
import { findBrokenRule, type WireRule } from '../wire-rule.ts';
import { toDecodeMessage } from './decode-message.ts';
import { capabilitiesOf, type OllamaModel, toFullName } from './installed-model.ts';
import { ChatRequest } from './request-schema.ts';

export interface Refusal {
  readonly status: number;
  readonly message: string;
}

interface CheckedRequest {
  readonly body: ChatRequest;
  readonly model: OllamaModel;
  readonly promptTokens: number;
}

const source = 'https://github.com/ollama/ollama/blob/main/server/routes.go';
const chatDocs = 'https://docs.ollama.com/api/chat';

/** What the server refuses of a body of the right form. It pairs no calls with results and asks for no order of roles. */
const formRules: readonly WireRule<CheckedRequest, Refusal>[] = [
  {
    name: 'think is a boolean or a level',
    source: 'https://docs.ollama.com/capabilities/thinking',
    check: ({ body: { think } }) => refuseThink(think),
  },
  {
    name: 'images are base64',
    source: chatDocs,
    check: ({ body }) => refuseImages(body),
  },
  {
    name: 'top_logprobs are few',
    source,
    check: ({ body: { top_logprobs } }) =>
      (top_logprobs ?? 0) < 0 || (top_logprobs ?? 0) > 20
        ? badRequest('top_logprobs must be between 0 and 20')
        : undefined,
  },
  {
    name: 'only a thinking model is told to think',
    source,
    check: ({ body: { think, model: name }, model }) =>
      isAsked(think) && !capabilitiesOf(model).includes('thinking')
        ? badRequest(`${JSON.stringify(name)} does not support thinking`)
        : undefined,
  },
  {
    name: 'only a model with tools is offered tools',
    source,
    check: ({ body: { tools }, model }) =>
      (tools ?? []).length > 0 && !capabilitiesOf(model).includes('tools')
        ? badRequest(`registry.ollama.ai/library/${toFullName(model.id)} does not support tools`)
        : undefined,
  },
  {
    name: 'options have the types of their names',
    source: 'https://docs.ollama.com/modelfile#parameter',
    check: ({ body: { options } }) => refuseOptions(options ?? {}),
  },
  {
    name: 'format is json or a schema',
    source: 'https://docs.ollama.com/capabilities/structured-outputs',
    check: ({ body: { format } }) =>
      isFormat(format)
        ? undefined
        : {
            status: 500,
            message: `invalid format: ${JSON.stringify(JSON.stringify(format))}; expected "json" or a valid JSON Schema object`,
          },
  },
];

/** A long prompt loses its head silently; only a request that forbids it is refused. */
const sizeRules: readonly WireRule<CheckedRequest, Refusal>[] = [
  {
    name: 'a prompt that must not be truncated fits into the context',
    source: chatDocs,
    check: ({ body: { truncate, options }, promptTokens, model }) =>
      truncate === false && promptTokens > contextOf(options ?? {}, model)
        ? badRequest('the input length exceeds the context length')
        : undefined,
  },
];

export const ollamaRules = [...formRules, ...sizeRules];

export type Validated =
  | { readonly ok: true; readonly body: ChatRequest; readonly model: OllamaModel }
  | { readonly ok: false; readonly refusal: Refusal; readonly cause: 'rule' | 'condition' };

export interface ValidationSetup {
  findModel(name: string): OllamaModel | undefined;
  readonly rules: 'enforced' | 'skipped';
  countPrompt(body: ChatRequest): number;
}

/** Holds the body of a request against the form, the models and the rules, in the order of the service. */
export function validateChat(raw: unknown, setup: ValidationSetup): Validated {
  const parsed = ChatRequest.safeParse(raw);
  if (!parsed.success) return broken(badRequest(toDecodeMessage(parsed.error, raw)), 'rule');
  const body = parsed.data;
  const name = body.model ?? '';
  if (!/^[\w.-]+([/:][\w.-]+)*$/.test(name)) return broken(badRequest('model is required'), 'rule');
  const model = setup.findModel(name);
  if (model === undefined) {
    return broken({ status: 404, message: `model '${name}' not found` }, 'condition');
  }
  if (setup.rules === 'skipped') return { ok: true, body, model };
  const checked = { body, model, promptTokens: setup.countPrompt(body) };
  const fault = findBrokenRule(formRules, checked);
  if (fault !== undefined) return broken(fault.refusal, 'rule');
  const size = findBrokenRule(sizeRules, checked);
  return size === undefined ? { ok: true, body, model } : broken(size.refusal, 'condition');
}

/** The window that the model was loaded with, or that the request asks for. */
export function contextOf(options: Readonly<Record<string, unknown>>, model: OllamaModel): number {
  const asked = options['num_ctx'];
  return typeof asked === 'number' ? asked : (model.contextWindow ?? 4096);
}

function broken(refusal: Refusal, cause: 'rule' | 'condition'): Validated {
  return { ok: false, refusal, cause };
}

function badRequest(message: string): Refusal {
  return { status: 400, message };
}

const levels = new Set<unknown>(['high', 'medium', 'low', 'max']);

function refuseThink(think: unknown): Refusal | undefined {
  if (think === undefined || think === null || typeof think === 'boolean') return undefined;
  if (levels.has(think)) return undefined;
  return typeof think === 'string'
    ? badRequest(
        `invalid think value: ${JSON.stringify(think)} (must be "high", "medium", "low", "max", true, or false)`,
      )
    : badRequest(
        'think must be a boolean or string ("high", "medium", "low", "max", true, or false)',
      );
}

function isAsked(think: unknown): boolean {
  return think === true || typeof think === 'string';
}

function refuseImages({ messages }: ChatRequest): Refusal | undefined {
  const images = (messages ?? []).flatMap((message) => message.images ?? []);
  const faulty = images.find((image) => !/^[A-Za-z0-9+/]*={0,2}$/.test(image));
  if (faulty === undefined) return undefined;
  const at = faulty.search(/[^A-Za-z0-9+/]/);
  return badRequest(`illegal base64 data at input byte ${at}`);
}

const optionTypes: Readonly<Record<string, 'integer' | 'float32' | 'boolean' | 'array'>> = {
  num_ctx: 'integer',
  num_predict: 'integer',
  num_keep: 'integer',
  seed: 'integer',
  top_k: 'integer',
  temperature: 'float32',
  top_p: 'float32',
  min_p: 'float32',
  repeat_penalty: 'float32',
  use_mmap: 'boolean',
  stop: 'array',
};

/** The scheduler finds this, not the decoder, so it is an error of the server. */
function refuseOptions(options: Readonly<Record<string, unknown>>): Refusal | undefined {
  for (const [key, value] of Object.entries(options)) {
    const type = optionTypes[key];
    if (type === undefined || value === null || isOfType(value, type)) continue;
    return { status: 500, message: `option ${JSON.stringify(key)} must be of type ${type}` };
  }
  return undefined;
}

function isOfType(value: unknown, type: 'integer' | 'float32' | 'boolean' | 'array'): boolean {
  switch (type) {
    case 'integer':
    case 'float32':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    case 'array':
      return Array.isArray(value);
  }
}

function isFormat(format: unknown): boolean {
  return (
    format === undefined ||
    format === null ||
    format === '' ||
    format === 'json' ||
    isRecord(format)
  );
}
