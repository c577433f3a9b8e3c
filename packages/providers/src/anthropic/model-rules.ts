import type { ThinkingLevel } from '@cuttle/core-types/ports';

/** What a family of models takes. The first row whose pattern matches counts. */
export interface AnthropicModelRule {
  readonly models: RegExp;
  readonly maxOutputTokens: number;
  /** The limit where a request names none, if it is not the common one. */
  readonly usualMaxTokens?: number;
  /** `budget`: a number of tokens. `adaptive`: an effort. */
  readonly thinking: 'none' | 'budget' | 'adaptive';
  /** What to say so that the model does not think; `effort` where it always does. */
  readonly off: 'unsaid' | 'disabled' | 'between_tools' | 'effort';
  /** `temperature` and `top_p`. */
  readonly sampling: 'taken' | 'refused';
  /** A tool that must be called. */
  readonly forcedTool: 'taken' | 'refused';
}

const older = { off: 'unsaid', sampling: 'taken', forcedTool: 'taken' } as const;
const newer = { maxOutputTokens: 128_000, thinking: 'adaptive', sampling: 'refused' } as const;

/**
 * https://platform.claude.com/docs/en/about-claude/models/overview and
 * https://platform.claude.com/docs/en/build-with-claude/thinking
 */
const rules: readonly AnthropicModelRule[] = [
  { models: /claude-3-(?:opus|haiku|sonnet)/, maxOutputTokens: 4096, thinking: 'none', ...older },
  { models: /claude-3-5/, maxOutputTokens: 8192, thinking: 'none', ...older },
  { models: /claude-3-7/, maxOutputTokens: 64_000, thinking: 'budget', ...older },
  {
    models: /claude-opus-4(?:-[01])?(?:-\d{8}|$|@)/,
    maxOutputTokens: 32_000,
    thinking: 'budget',
    ...older,
  },
  {
    models: /claude-(?:\w+-)?(?:sonnet-4|haiku-4|opus-4-5)(?!-[6-9])/,
    maxOutputTokens: 64_000,
    thinking: 'budget',
    ...older,
  },
  { models: /claude-(?:opus|sonnet)-4-6/, maxOutputTokens: 64_000, thinking: 'adaptive', ...older },
  { models: /claude-opus-4-[78]/, ...newer, off: 'unsaid', forcedTool: 'taken' },
  { models: /claude-sonnet-5-5/, ...newer, off: 'between_tools', forcedTool: 'refused' },
  // "thinking.type.disabled" is not supported for this model.
  { models: /claude-(?:opus-5-5|fable|mythos)/, ...newer, off: 'effort', forcedTool: 'refused' },
  { models: /claude-/, ...newer, off: 'disabled', forcedTool: 'taken' },
];

/** Another vendor's model behind this interface: its limit is not known, only what is safe to ask for unasked. */
const unknown: AnthropicModelRule = {
  models: /(?:)/,
  maxOutputTokens: 200_000,
  usualMaxTokens: 8192,
  thinking: 'budget',
  ...older,
};

export function anthropicModelRule(model: string): AnthropicModelRule {
  return rules.find(({ models }) => models.test(model)) ?? unknown;
}

/** Tokens to think with, where a model wants a number; at least 1,024. */
export const thinkingBudgets: Readonly<Record<Exclude<ThinkingLevel, 'off'>, number>> = {
  minimal: 1024,
  low: 4096,
  medium: 10_000,
  high: 20_000,
  max: 48_000,
};

/** https://platform.claude.com/docs/en/build-with-claude/effort */
export const efforts: Readonly<Record<Exclude<ThinkingLevel, 'off'>, string>> = {
  minimal: 'low',
  low: 'low',
  medium: 'medium',
  high: 'high',
  max: 'max',
};
