import type { ThinkingLevel } from '@cuttle/core-types/ports';

/** What a family of models takes. The first row whose pattern matches counts. */
export interface GeminiModelRule {
  readonly models: RegExp;
  readonly thinking: GeminiThinking;
  /** From Gemini 3 on the first call of a step is refused without a signature. */
  readonly signatures: 'required' | 'optional';
  /** Images inside of results; before, they follow in a content of the user. */
  readonly resultMedia: 'taken' | 'refused';
  /** Public addresses of media, which the service fetches itself. */
  readonly urls: 'taken' | 'refused';
  /** `systemInstruction`; else it begins what the user says first. */
  readonly system: 'taken' | 'refused';
}

export type GeminiThinking =
  | { readonly kind: 'none' }
  | { readonly kind: 'level'; readonly levels: Readonly<Record<ThinkingLevel, string>> }
  /** Tokens; `off` is what to say so that it thinks as little as it can. */
  | {
      readonly kind: 'budget';
      readonly least: number;
      readonly most: number;
      readonly off: number;
    };

const steps = { low: 'LOW', medium: 'MEDIUM', high: 'HIGH', max: 'HIGH' } as const;
const fromMinimal: GeminiThinking = {
  kind: 'level',
  levels: { off: 'MINIMAL', minimal: 'MINIMAL', ...steps },
};
const fromLow: GeminiThinking = { kind: 'level', levels: { off: 'LOW', minimal: 'LOW', ...steps } };
const lowOrHigh: GeminiThinking = {
  kind: 'level',
  levels: { off: 'LOW', minimal: 'LOW', ...steps, medium: 'LOW' },
};
const none: GeminiThinking = { kind: 'none' };

const newest = {
  signatures: 'required',
  resultMedia: 'taken',
  urls: 'taken',
  system: 'taken',
} as const;
const older = {
  signatures: 'optional',
  resultMedia: 'refused',
  urls: 'taken',
  system: 'taken',
} as const;

/**
 * https://ai.google.dev/gemini-api/docs/thinking#levels-budgets, https://ai.google.dev/gemini-api/docs/file-input-methods and
 * https://ai.google.dev/gemini-api/docs/function-calling#multimodal
 */
const rules: readonly GeminiModelRule[] = [
  // "Developer instruction is not enabled for models/gemma-3-27b-it"
  { models: /gemma-[123]/, thinking: none, ...older, urls: 'refused', system: 'refused' },
  { models: /gemini-(?:1\.|2\.0)|learnlm/, thinking: none, ...older, urls: 'refused' },
  { models: /gemini-2\.5-.*(?:image|tts|audio)/, thinking: none, ...older },
  {
    models: /gemini-2\.5-flash-lite/,
    thinking: { kind: 'budget', least: 512, most: 24_576, off: 0 },
    ...older,
  },
  {
    models: /gemini-2\.5-flash/,
    thinking: { kind: 'budget', least: 1, most: 24_576, off: 0 },
    ...older,
  },
  // "Budget 0 is invalid. This model only works in thinking mode."
  {
    models: /gemini-2\.5/,
    thinking: { kind: 'budget', least: 128, most: 32_768, off: 128 },
    ...older,
  },
  { models: /gemini-\d.*image/, thinking: none, ...newest },
  { models: /gemini-3-pro/, thinking: lowOrHigh, ...newest },
  { models: /gemini-(?:\d.*|)pro/, thinking: fromLow, ...newest },
  // "Thinking level MINIMAL is not supported for this model. Please retry with other thinking level."
  { models: /gemini-3\.[7-9]-flash(?!-lite)|gemini-flash-latest/, thinking: fromLow, ...newest },
  { models: /gemini-3|gemini-flash-lite-latest/, thinking: fromMinimal, ...newest },
  { models: /gemini/, thinking: fromLow, ...newest },
];

/** Another vendor's model behind this interface. */
const unknown: GeminiModelRule = { models: /(?:)/, thinking: none, ...older, urls: 'refused' };

export function geminiModelRule(model: string): GeminiModelRule {
  return rules.find(({ models }) => models.test(model)) ?? unknown;
}

/** Tokens to think with, where a model wants a number. */
export const thinkingBudgets: Readonly<Record<Exclude<ThinkingLevel, 'off'>, number>> = {
  minimal: 512,
  low: 2048,
  medium: 8192,
  high: 16_384,
  max: 32_768,
};
