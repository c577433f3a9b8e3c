import type { Json } from '@cuttle/core-types';
import type { ThinkingLevel } from '@cuttle/core-types/ports';
import { mayThink } from '../anthropic/encode-thinking.ts';
import {
  type AnthropicModelRule,
  anthropicModelRule,
  efforts,
  thinkingBudgets,
} from '../anthropic/model-rules.ts';
import type { BedrockChoices } from './choices.ts';
import { threeEfforts } from './model-rules.ts';

/** Fields of a request that depend on the level of thinking. */
export interface EncodedThinking {
  /** `inferenceConfig.maxTokens`. */
  readonly maxTokens?: number;
  /** `outputConfig.effort`. */
  readonly effort?: string;
  /** Parts of `additionalModelRequestFields`. */
  readonly fields: Readonly<Record<string, Json>>;
  /** Whether sampling parameters may be said beside it. */
  readonly sampling: 'free' | 'refused';
}

type Asked = Exclude<ThinkingLevel, 'off'>;

export function encodeThinking(choices: BedrockChoices): EncodedThinking {
  const { request, rule, options, applied } = choices;
  const wanted = applied.has('without-max-tokens')
    ? undefined
    : (request.parameters?.maxOutputTokens ?? options.maxOutputTokens);
  if (rule.thinking === 'claude') return encodeClaude(choices, wanted);
  const said = { ...(wanted !== undefined && { maxTokens: wanted }), fields: {} };
  const level = levelOf({ request, applied });
  if (level === undefined) return { ...said, sampling: 'free' };
  if (rule.thinking === 'reasoning_effort') {
    // OpenAI's open models always reason.
    const effort = level === 'off' ? 'low' : threeEfforts[level];
    return { ...said, fields: { reasoning_effort: effort }, sampling: 'free' };
  }
  if (rule.thinking === 'nova' && level !== 'off') return encodeNova(level, said);
  return { ...said, sampling: 'free' };
}

/**
 * https://docs.aws.amazon.com/nova/latest/nova2-userguide/extended-thinking.html: with high effort neither temperature,
 * topP nor maxTokens may be said.
 */
function encodeNova(level: Asked, said: { readonly maxTokens?: number }): EncodedThinking {
  const maxReasoningEffort = threeEfforts[level];
  const fields = { reasoningConfig: { type: 'enabled', maxReasoningEffort } };
  if (maxReasoningEffort === 'high') return { fields, sampling: 'refused' };
  return { ...said, fields, sampling: 'free' };
}

/** Room for the answer beside the thinking. */
const answerRoom = 4096;
/** An answer that long is rarely meant, and a larger limit reserves more of the quota. */
const usualMaxTokens = 32_000;

/** https://docs.aws.amazon.com/bedrock/latest/userguide/claude-messages-extended-thinking.html */
function encodeClaude(choices: BedrockChoices, wanted: number | undefined): EncodedThinking {
  const { request, applied } = choices;
  const rule = anthropicModelRule(request.model);
  const maxTokens = Math.min(wanted ?? usualMaxTokens, rule.maxOutputTokens);
  const limit = applied.has('without-max-tokens') ? {} : { maxTokens };
  const sampling = rule.sampling === 'taken' ? 'free' : 'refused';
  const level = levelOf({ request, applied });
  const unthinking: EncodedThinking = { ...limit, fields: {}, sampling };
  if (level === undefined || rule.thinking === 'none') return unthinking;
  if (rule.thinking === 'adaptive') return { ...limit, ...encodeAdaptive(level, rule) };
  if (level === 'off' || !mayThink(choices)) return unthinking;
  return encodeBudget(level, { maxTokens, most: rule.maxOutputTokens }) ?? unthinking;
}

/** A budget counts toward the limit, which grows by it as far as the model allows. */
function encodeBudget(
  level: Asked,
  { maxTokens, most }: { readonly maxTokens: number; readonly most: number },
): EncodedThinking | undefined {
  const limit = Math.min(most, Math.max(maxTokens, thinkingBudgets[level] + answerRoom));
  const budget_tokens = Math.min(thinkingBudgets[level], limit - 1024);
  if (budget_tokens < 1024) return undefined;
  const fields = { thinking: { type: 'enabled', budget_tokens } };
  return { maxTokens: limit, fields, sampling: 'refused' };
}

function encodeAdaptive(
  level: ThinkingLevel,
  { off, sampling }: AnthropicModelRule,
): EncodedThinking {
  const rest = { sampling: sampling === 'taken' ? 'free' : 'refused' } as const;
  if (level !== 'off') {
    // The text of its thinking is left out unless asked for.
    const fields = { thinking: { type: 'adaptive', display: 'summarized' } };
    return { effort: efforts[level], fields, sampling: 'refused' };
  }
  if (off === 'effort') return { effort: 'low', fields: {}, ...rest };
  return { fields: off === 'unsaid' ? {} : { thinking: { type: off } }, ...rest };
}

function levelOf({
  request: { thinking },
  applied,
}: Pick<BedrockChoices, 'request' | 'applied'>): ThinkingLevel | undefined {
  if (applied.has('without-thinking')) return undefined;
  return thinking === 'max' && applied.has('lower-effort') ? 'high' : thinking;
}
