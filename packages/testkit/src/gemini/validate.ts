import { findBrokenRule } from '../wire-rule.ts';
import type { CheckedRequest, GeminiModel } from './checked-request.ts';
import { contentRules } from './content-rules.ts';
import { toCamelCase } from './field-names.ts';
import { mediaRules } from './media-rules.ts';
import { parameterRules, sizeRules } from './parameter-rules.ts';
import type { Refusal } from './refusal.ts';
import { GenerateRequest } from './request-schema.ts';
import { toSchemaRefusal } from './schema-refusal.ts';
import { signatureRules } from './signature-rules.ts';
import { toolRules } from './tool-rules.ts';

export const geminiRules = [
  ...contentRules,
  ...mediaRules,
  ...toolRules,
  ...parameterRules,
  ...signatureRules,
  ...sizeRules,
];

const sizeRuleNames = new Set(sizeRules.map(({ name }) => name));

export type Validated =
  | { readonly ok: true; readonly body: GenerateRequest }
  | {
      readonly ok: false;
      readonly status: number;
      readonly refusal: Refusal;
      readonly cause: 'rule' | 'condition';
    };

export interface ValidationSetup {
  /** Every model is served when this is empty. */
  readonly models: readonly GeminiModel[];
  readonly rules: 'enforced' | 'skipped';
  readonly isSigned: CheckedRequest['isSigned'];
  countPrompt(model: string, body: GenerateRequest): number;
}

/** Holds the body of a request against the form, the models and the rules, in the order of the service. */
export function validateGenerate(raw: unknown, id: string, setup: ValidationSetup): Validated {
  const named = toCamelCase(raw);
  const parsed = GenerateRequest.safeParse(named);
  if (!parsed.success) return broken(400, toSchemaRefusal(parsed.error, named), 'rule');
  const body = parsed.data;
  const model = findModel(id, setup.models);
  if (model === undefined) return broken(404, unknownModel(id), 'condition');
  if (setup.rules === 'skipped') return { ok: true, body };
  const { isSigned } = setup;
  const checked: CheckedRequest = {
    body,
    model,
    isSigned,
    promptTokens: setup.countPrompt(id, body),
  };
  const fault = findBrokenRule(geminiRules, checked);
  if (fault === undefined) return { ok: true, body };
  return broken(400, fault.refusal, sizeRuleNames.has(fault.rule) ? 'condition' : 'rule');
}

export function unknownModel(id: string): Refusal {
  return {
    message: `models/${id} is not found for API version v1beta, or is not supported for generateContent. Call ListModels to see the list of available models and their supported methods.`,
  };
}

function broken(status: number, refusal: Refusal, cause: 'rule' | 'condition'): Validated {
  return { ok: false, status, refusal, cause };
}

export function findModel(
  id: string,
  models: readonly GeminiModel[],
): Required<GeminiModel> | undefined {
  const model = models.length === 0 ? { id } : models.find((served) => served.id === id);
  if (model === undefined) return undefined;
  return {
    contextWindow: 1_048_576,
    maxOutputTokens: 65_536,
    thinking: { kind: 'level', levels: ['MINIMAL', 'LOW', 'MEDIUM', 'HIGH'] },
    signatures: 'optional',
    system: 'taken',
    newer: 'refused',
    externalUrls: 'taken',
    ...model,
  };
}
