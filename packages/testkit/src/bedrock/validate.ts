import { findBrokenRule, type WireRule } from '../wire-rule.ts';
import type { BedrockModel, CheckedRequest } from './checked-request.ts';
import { messageRules } from './message-rules.ts';
import { modelRules } from './model-rules.ts';
import { ConverseRequest } from './request-schema.ts';
import { toSchemaMessage } from './schema-message.ts';
import { toolRules } from './tool-rules.ts';

/** The sizes that a prompt is held against: circumstances, not faults of the client's code. */
const sizeRules: readonly WireRule<CheckedRequest, string>[] = [
  {
    name: 'maxTokens is within what the model can say',
    source: 'https://github.com/RooCodeInc/Roo-Code/issues/248',
    check: ({ body, model: { maxOutputTokens } }) =>
      (body.inferenceConfig?.maxTokens ?? 0) > maxOutputTokens
        ? `The maximum tokens you requested exceeds the model limit of ${maxOutputTokens}. Try again with a maximum tokens value that is lower than ${maxOutputTokens}.`
        : undefined,
  },
  {
    name: 'the prompt fits into the context window',
    source: 'https://repost.aws/questions/QUrcbwWZLjTgyl7J5Cu7ouQw',
    check: ({ promptTokens, model: { contextWindow } }) =>
      promptTokens > contextWindow ? 'Input is too long for requested model.' : undefined,
  },
];

export const bedrockRules = [...messageRules, ...toolRules, ...modelRules, ...sizeRules];

const sizeRuleNames = new Set(sizeRules.map(({ name }) => name));
const cacheRuleName = modelRules[0]?.name;

export interface Refusal {
  readonly status: number;
  /** The name of the exception, in `x-amzn-errortype`. */
  readonly type: string;
  readonly message: string;
  readonly cause: 'rule' | 'condition';
}

export type Validated =
  | { readonly ok: true; readonly body: ConverseRequest }
  | { readonly ok: false; readonly refusal: Refusal };

export interface ValidationSetup {
  /** Every model is served when this is empty. */
  readonly models: readonly BedrockModel[];
  readonly rules: 'enforced' | 'skipped';
  readonly isSigned: CheckedRequest['isSigned'];
  countPrompt(body: ConverseRequest): number;
}

/** Holds a request against the form, the models and the rules, in the order of the service. */
export function validateConverse(raw: unknown, modelId: string, setup: ValidationSetup): Validated {
  const parsed = ConverseRequest.safeParse(raw);
  if (!parsed.success) return broken(toSchemaMessage(parsed.error, raw), 'rule');
  const body = parsed.data;
  const model = findModel(modelId, setup.models);
  if (model === undefined) return broken('The provided model identifier is invalid.', 'condition');
  if (model.throughput === 'profile' && !isProfile(modelId)) {
    return broken(
      `Invocation of model ID ${modelId} with on-demand throughput isn’t supported. Retry your request with the ID or ARN of an inference profile that contains this model.`,
      'condition',
    );
  }
  if (setup.rules === 'skipped') return { ok: true, body };
  const { isSigned } = setup;
  const promptTokens = setup.countPrompt(body);
  const fault = findBrokenRule(bedrockRules, { body, model, isSigned, promptTokens });
  if (fault === undefined) return { ok: true, body };
  if (fault.rule !== cacheRuleName) {
    return broken(fault.refusal, sizeRuleNames.has(fault.rule) ? 'condition' : 'rule');
  }
  const refusal = { status: 403, type: 'AccessDeniedException', message: fault.refusal };
  return { ok: false, refusal: { ...refusal, cause: 'rule' } };
}

function broken(message: string, cause: Refusal['cause']): Validated {
  return { ok: false, refusal: { status: 400, type: 'ValidationException', message, cause } };
}

/** https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html */
function isProfile(id: string): boolean {
  return /^(?:[a-z-]{2,7}\.(?:anthropic|amazon|meta|mistral|deepseek|openai|writer|cohere)\.|arn:)/.test(
    id,
  );
}

function findModel(
  id: string,
  models: readonly BedrockModel[],
): Required<BedrockModel> | undefined {
  const served = (model: BedrockModel): boolean =>
    model.id === id || (model.throughput === 'profile' && model.id.endsWith(`.${id}`));
  const model = models.length === 0 ? { id } : models.find(served);
  if (model === undefined) return undefined;
  const vendor = model.vendor ?? vendorOf(id);
  const cachePoints = { anthropic: 'everywhere', amazon: 'words', other: 'refused' } as const;
  return {
    contextWindow: 200_000,
    maxOutputTokens: 64_000,
    thinking: ['enabled'],
    cachePoints: cachePoints[vendor],
    sampling: vendor === 'anthropic' && !/claude-(?:instant|v2|3-)/.test(id) ? 'one' : 'both',
    results: 'mixed',
    throughput: 'on-demand',
    ...model,
    vendor,
  };
}

function vendorOf(id: string): 'anthropic' | 'amazon' | 'other' {
  if (id.includes('anthropic.')) return 'anthropic';
  return id.includes('amazon.') ? 'amazon' : 'other';
}
