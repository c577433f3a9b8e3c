import type { ThinkingLevel } from '@cuttle/core-types/ports';
import type { IdRule } from '../transcript/wire-ids.ts';

/** What a vendor's models take. The first row whose pattern matches counts. */
export interface BedrockModelRule {
  readonly models: RegExp;
  /** How a level of thinking is said. */
  readonly thinking: 'claude' | 'nova' | 'reasoning_effort' | 'none';
  /** Where marks of the prompt cache may stand: everywhere, in the system prompt only, or nowhere. */
  readonly cachePoints: 'everywhere' | 'system' | 'nowhere';
  /** `temperature` and `topP` together, or only one of them. */
  readonly sampling: 'both' | 'one';
  /** Whether a result says that it is an error. */
  readonly status: 'said' | 'unsaid';
  readonly audio: 'taken' | 'refused';
  readonly video: 'taken' | 'refused';
  readonly ids: IdRule;
}

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolUseBlock.html */
const converseIds: IdRule = { allowed: /^[\w.:-]+$/, maxLength: 64 };
/** Claude's own rule is narrower: "String should match pattern '^[a-zA-Z0-9_-]+$'" */
const claudeIds: IdRule = { allowed: /^[\w-]+$/, maxLength: 64 };

const claude = {
  sampling: 'one',
  status: 'said',
  audio: 'refused',
  video: 'refused',
  ids: claudeIds,
} as const;
const nova = {
  cachePoints: 'system',
  sampling: 'both',
  status: 'said',
  audio: 'refused',
  video: 'taken',
  ids: converseIds,
} as const;

/**
 * https://docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference-supported-models-features.html,
 * https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html and
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolResultBlock.html (`status`)
 */
const rules: readonly BedrockModelRule[] = [
  {
    // Caching came with Claude 3.5 Haiku and the second 3.5 Sonnet.
    models: /claude-(?:instant|v2|3-(?:opus|sonnet|haiku)|3-5-sonnet-20240620)/,
    thinking: 'claude',
    cachePoints: 'nowhere',
    ...claude,
    sampling: 'both',
  },
  {
    models: /anthropic\.claude-3-/,
    thinking: 'claude',
    cachePoints: 'everywhere',
    ...claude,
    sampling: 'both',
  },
  { models: /anthropic\.claude/, thinking: 'claude', cachePoints: 'everywhere', ...claude },
  // https://docs.aws.amazon.com/nova/latest/nova2-userguide/extended-thinking.html
  { models: /amazon\.nova-2-omni/, thinking: 'nova', ...nova, audio: 'taken' },
  { models: /amazon\.nova-2/, thinking: 'nova', ...nova },
  // "Amazon Nova Micro" takes words alone: https://docs.aws.amazon.com/nova/latest/userguide/complete-request-schema.html
  { models: /amazon\.nova-micro/, thinking: 'none', ...nova, video: 'refused' },
  // "Malformed input request: #/toolConfig/tools/0: extraneous key [cachePoint] is not permitted"
  { models: /amazon\.nova/, thinking: 'none', ...nova },
];

const other: BedrockModelRule = {
  models: /(?:)/,
  thinking: 'none',
  cachePoints: 'nowhere',
  sampling: 'both',
  status: 'unsaid',
  audio: 'refused',
  video: 'refused',
  ids: converseIds,
};

const more: readonly BedrockModelRule[] = [
  { ...other, models: /openai\.gpt-oss/, thinking: 'reasoning_effort' },
  { ...other, models: /voxtral/, audio: 'taken' },
  other,
];

export function bedrockModelRule(model: string): BedrockModelRule {
  return [...rules, ...more].find(({ models }) => models.test(model)) ?? other;
}

/** The three steps that Amazon's and OpenAI's models know. */
export const threeEfforts: Readonly<Record<Exclude<ThinkingLevel, 'off'>, string>> = {
  minimal: 'low',
  low: 'low',
  medium: 'medium',
  high: 'high',
  max: 'high',
};
