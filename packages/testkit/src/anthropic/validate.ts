import { findBrokenRule, type WireRule } from '../wire-rule.ts';
import type { AnthropicModel, ApiVersion, CheckedRequest } from './checked-request.ts';
import { messageRules } from './message-rules.ts';
import { MessagesRequest } from './request-schema.ts';
import { toSchemaMessage } from './schema-message.ts';
import { thinkingRules } from './thinking-rules.ts';
import { toolRules } from './tool-rules.ts';
import { versionRules } from './version-rules.ts';

/** The sizes that a prompt is held against: circumstances, not faults of the client's code. */
const sizeRules: readonly WireRule<CheckedRequest, string>[] = [
  {
    name: 'max_tokens is within what the model can say',
    source: 'https://platform.claude.com/docs/en/about-claude/models/overview',
    check: ({ body, model }) =>
      body.max_tokens > model.maxOutputTokens
        ? `max_tokens: ${body.max_tokens} > ${model.maxOutputTokens}, which is the maximum allowed number of output tokens for ${model.id}`
        : undefined,
  },
  {
    name: 'the prompt fits into the context window',
    source: 'https://platform.claude.com/docs/en/api/errors',
    check: ({ promptTokens, model: { contextWindow } }) =>
      promptTokens > contextWindow
        ? `prompt is too long: ${promptTokens} tokens > ${contextWindow} maximum`
        : undefined,
  },
  {
    name: 'older models keep room for the whole answer',
    source: 'https://platform.claude.com/docs/en/build-with-claude/extended-thinking',
    check: ({ body, promptTokens, model: { contextWindow, outputReserve } }) =>
      outputReserve === 'counted' && promptTokens + body.max_tokens > contextWindow
        ? `input length and \`max_tokens\` exceed context limit: ${promptTokens} + ${body.max_tokens} > ${contextWindow}, decrease input length or \`max_tokens\` and try again`
        : undefined,
  },
];

export const anthropicRules = [
  ...versionRules,
  ...messageRules,
  ...toolRules,
  ...thinkingRules,
  ...sizeRules,
];

const sizeRuleNames = new Set(sizeRules.map(({ name }) => name));

export interface Refusal {
  readonly status: number;
  readonly message: string;
  readonly cause: 'rule' | 'condition';
}

export type Validated =
  | { readonly ok: true; readonly body: MessagesRequest }
  | { readonly ok: false; readonly refusal: Refusal };

export interface ValidationSetup {
  /** Every model is served when this is empty. */
  readonly models: readonly AnthropicModel[];
  readonly turns: CheckedRequest['turns'];
  readonly rules: 'enforced' | 'skipped';
  readonly isSigned: CheckedRequest['isSigned'];
  countPrompt(body: MessagesRequest): number;
}

/** Holds the body of a request against the form, the models and the rules, in the order of the service. */
export function validateMessages(
  raw: unknown,
  apiVersion: ApiVersion,
  setup: ValidationSetup,
): Validated {
  const parsed = MessagesRequest.safeParse(raw);
  if (!parsed.success) return broken(400, toSchemaMessage(parsed.error, raw), 'rule');
  const body = parsed.data;
  const model = findModel(body.model, setup.models);
  if (model === undefined) return broken(404, `model: ${body.model}`, 'condition');
  if (setup.rules === 'skipped') return { ok: true, body };
  const fault = findBrokenRule(anthropicRules, {
    body,
    model,
    apiVersion,
    turns: setup.turns,
    isSigned: setup.isSigned,
    promptTokens: setup.countPrompt(body),
  });
  if (fault === undefined) return { ok: true, body };
  return broken(400, fault.refusal, sizeRuleNames.has(fault.rule) ? 'condition' : 'rule');
}

function broken(status: number, message: string, cause: Refusal['cause']): Validated {
  return { ok: false, refusal: { status, message, cause } };
}

function findModel(
  id: string,
  models: readonly AnthropicModel[],
): Required<AnthropicModel> | undefined {
  const model = models.length === 0 ? { id } : models.find((served) => served.id === id);
  if (model === undefined) return undefined;
  return {
    contextWindow: 200_000,
    maxOutputTokens: 64_000,
    prefill: 'taken',
    systemMessages: 'refused',
    thinking: ['enabled'],
    outputReserve: 'ignored',
    ...model,
  };
}
