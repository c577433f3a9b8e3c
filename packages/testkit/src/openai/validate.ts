import { findBrokenRule } from '../wire-rule.ts';
import { isRecord } from '../json-schema-fault.ts';
import type { CheckedRequest, OpenaiModel, ReasoningField } from './checked-request.ts';
import { messageRules } from './message-rules.ts';
import { parameterRules, sizeRules } from './parameter-rules.ts';
import type { Refusal } from './refusal.ts';
import { ChatRequest } from './request-schema.ts';
import { toSchemaRefusal } from './schema-refusal.ts';
import { toolRules } from './tool-rules.ts';

export const openaiRules = [...messageRules, ...toolRules, ...parameterRules, ...sizeRules];

const sizeRuleNames = new Set(sizeRules.map(({ name }) => name));

export type Validated =
  | { readonly ok: true; readonly body: ChatRequest }
  | {
      readonly ok: false;
      readonly status: number;
      readonly refusal: Refusal;
      readonly cause: 'rule' | 'condition';
    };

export interface ValidationSetup {
  /** Every model is served when this is empty. */
  readonly models: readonly OpenaiModel[];
  readonly reasoning: ReasoningField;
  readonly rules: 'enforced' | 'skipped';
  countPrompt(body: ChatRequest): number;
}

/** Holds the body of a request against the form, the models and the rules, in the order of the service. */
export function validateChat(raw: unknown, setup: ValidationSetup): Validated {
  if (!isRecord(raw) || raw['model'] === undefined) {
    const refusal = { message: 'you must provide a model parameter', param: null, code: null };
    return broken(400, refusal, 'rule');
  }
  const parsed = ChatRequest.safeParse(raw);
  if (!parsed.success) return broken(400, toSchemaRefusal(parsed.error, raw), 'rule');
  const body = parsed.data;
  const model = findModel(body.model, setup.models);
  if (model === undefined) return broken(404, unknownModel(body.model), 'condition');
  if (setup.rules === 'skipped') return { ok: true, body };
  const checked: CheckedRequest = {
    body,
    model,
    reasoning: setup.reasoning,
    promptTokens: setup.countPrompt(body),
  };
  const fault = findBrokenRule(openaiRules, checked);
  if (fault === undefined) return { ok: true, body };
  return broken(400, fault.refusal, sizeRuleNames.has(fault.rule) ? 'condition' : 'rule');
}

export function unknownModel(id: string): Refusal {
  return {
    message: `The model \`${id}\` does not exist or you do not have access to it.`,
    param: null,
    code: 'model_not_found',
  };
}

function broken(status: number, refusal: Refusal, cause: 'rule' | 'condition'): Validated {
  return { ok: false, status, refusal, cause };
}

function findModel(id: string, models: readonly OpenaiModel[]): Required<OpenaiModel> | undefined {
  const model = models.length === 0 ? { id } : models.find((served) => served.id === id);
  if (model === undefined) return undefined;
  return {
    contextWindow: 128_000,
    maxOutputTokens: 16_384,
    kind: 'plain',
    inputs: ['image_url', 'file'],
    ...model,
  };
}
