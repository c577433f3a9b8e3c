import { isRecord } from '../json-schema-fault.ts';
import { toSchemaRefusal } from '../openai/schema-refusal.ts';
import { unknownModel } from '../openai/validate.ts';
import { findBrokenRule } from '../wire-rule.ts';
import type { CheckedRequest, ResponsesModel, ResponsesRefusal } from './checked-request.ts';
import { itemRules } from './item-rules.ts';
import { itemsOf, withTypes } from './items-of.ts';
import { parameterRules, sizeRules } from './parameter-rules.ts';
import { ResponsesRequest } from './request-schema.ts';

export const openaiResponsesRules = [...itemRules, ...parameterRules, ...sizeRules];

const sizeRuleNames = new Set(sizeRules.map(({ name }) => name));

export type Validated =
  | { readonly ok: true; readonly body: ResponsesRequest; readonly model: Required<ResponsesModel> }
  | {
      readonly ok: false;
      readonly status: number;
      readonly refusal: ResponsesRefusal;
      readonly cause: 'rule' | 'condition';
    };

export interface ValidationSetup {
  /** Every model is served when this is empty. */
  readonly models: readonly ResponsesModel[];
  readonly rules: 'enforced' | 'skipped';
  countPrompt(body: ResponsesRequest): number;
}

/** Holds the body of a request against the form, the models and the rules, in the order of the service. */
export function validateResponses(raw: unknown, setup: ValidationSetup): Validated {
  const typed = isRecord(raw) ? withTypes(raw) : {};
  const parsed = ResponsesRequest.safeParse(typed);
  if (!parsed.success) return broken(refusalOfForm(parsed.error, typed), 'rule');
  const body = parsed.data;
  const model = findModel(body.model, setup.models);
  if (model === undefined)
    return broken({ ...unknownModel(body.model), status: 400, param: 'model' }, 'condition');
  if (setup.rules === 'skipped') return { ok: true, body, model };
  const checked: CheckedRequest = {
    body,
    model,
    items: itemsOf(body),
    promptTokens: setup.countPrompt(body),
  };
  const fault = findBrokenRule(openaiResponsesRules, checked);
  if (fault === undefined) return { ok: true, body, model };
  return broken(fault.refusal, sizeRuleNames.has(fault.rule) ? 'condition' : 'rule');
}

function broken(refusal: ResponsesRefusal, cause: 'rule' | 'condition'): Validated {
  return { ok: false, status: refusal.status ?? 400, refusal, cause };
}

/** Parameters of Chat Completions that have another name here. */
const moved: Readonly<Record<string, string>> = {
  max_tokens: "'max_output_tokens'",
  max_completion_tokens: "'max_output_tokens'",
  messages: "'input'",
  response_format: "'text.format'",
  reasoning_effort: "'reasoning.effort'",
};

/** In other words than Chat Completions has for a parameter that it does not know. */
function refusalOfForm(
  error: Parameters<typeof toSchemaRefusal>[0],
  raw: unknown,
): ResponsesRefusal {
  const refusal = toSchemaRefusal(error, raw);
  const unknown = /^Unrecognized request argument supplied: (.*)$/.exec(refusal.message)?.[1];
  if (unknown === undefined) return refusal;
  const place = moved[unknown];
  return place === undefined
    ? {
        message: `Unknown parameter: '${unknown}'.`,
        param: unknown,
        code: 'unknown_parameter',
      }
    : {
        message: `Unsupported parameter: '${unknown}'. In the Responses API, this parameter has moved to ${place}. Try again with the new parameter. See the API documentation for more information: https://platform.openai.com/docs/api-reference/responses/create.`,
        param: unknown,
        code: 'unsupported_parameter',
      };
}

function findModel(
  id: string,
  models: readonly ResponsesModel[],
): Required<ResponsesModel> | undefined {
  const model = models.length === 0 ? { id } : models.find((served) => served.id === id);
  if (model === undefined) return undefined;
  return {
    contextWindow: 128_000,
    maxOutputTokens: 16_384,
    kind: 'plain',
    phases: 'unsaid',
    ...model,
  };
}
