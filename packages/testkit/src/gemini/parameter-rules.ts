import type { WireRule } from '../wire-rule.ts';
import type { CheckedRequest, GeminiThinking } from './checked-request.ts';
import { invalid } from './content-rules.ts';
import type { Refusal } from './refusal.ts';

const configDocs = 'https://ai.google.dev/api/generate-content#GenerationConfig';
const thinkingDocs = 'https://ai.google.dev/gemini-api/docs/thinking';

/** The rules on everything else. Each refusal is the service's own sentence, but where a source says otherwise. */
export const parameterRules: readonly WireRule<CheckedRequest, Refusal>[] = [
  {
    name: 'a model without a system role gets no system instruction',
    source: 'https://github.com/google-gemini/gemini-cli/issues/1936',
    check: ({ body, model }) =>
      model.system === 'refused' && body.systemInstruction !== undefined
        ? { message: `Developer instruction is not enabled for models/${model.id}` }
        : undefined,
  },
  {
    name: 'a system instruction says something',
    source: 'https://ai.google.dev/gemini-api/docs/text-generation#system-instructions',
    check: ({ body }) =>
      body.systemInstruction && (body.systemInstruction.parts ?? []).every(({ text }) => !text)
        ? invalid(
            'system_instruction.parts[0].data',
            "required oneof field 'data' must have one initialized field",
          )
        : undefined,
  },
  {
    name: 'sampling stays in its ranges',
    source: configDocs,
    check: ({ body }) => {
      const { temperature = 0, topP = 0 } = body.generationConfig ?? {};
      const field = 'generation_config';
      if (temperature < 0 || temperature > 2)
        return invalid(`${field}.temperature`, 'temperature must be in the range [0.0, 2.0].');
      return topP < 0 || topP > 1
        ? invalid(`${field}.top_p`, 'top_p must be in the range [0.0, 1.0].')
        : undefined;
    },
  },
  {
    name: 'an answer has at least one token, and at most five texts to stop at',
    source: `${configDocs}, which does not say in which words`,
    check: ({ body }) => {
      const { maxOutputTokens = 1, stopSequences = [] } = body.generationConfig ?? {};
      const field = 'generation_config';
      if (maxOutputTokens < 1)
        return invalid(`${field}.max_output_tokens`, 'max_output_tokens must be positive.');
      if (stopSequences.length > 5)
        return invalid(`${field}.stop_sequences`, 'at most 5 stop sequences can be specified.');
      return stopSequences.includes('')
        ? invalid(`${field}.stop_sequences`, 'stop sequences must not be empty.')
        : undefined;
    },
  },
  {
    name: 'thinking is asked for in the way of the model',
    source: `${thinkingDocs}; https://github.com/RooCodeInc/Roo-Code/issues/10700; https://github.com/lobehub/lobehub/issues/7985`,
    check: ({ body, model }) => refuseThinking(body.generationConfig?.thinkingConfig, model),
  },
  {
    name: 'a JSON format and functions go together only from Gemini 3 on',
    source: 'https://ai.google.dev/gemini-api/docs/structured-output',
    check: ({ body, model }) =>
      model.newer === 'refused' &&
      body.generationConfig?.responseMimeType === 'application/json' &&
      (body.tools ?? []).some(({ functionDeclarations = [] }) => functionDeclarations.length > 0)
        ? {
            message:
              "Function calling with a response mime type: 'application/json' is unsupported",
          }
        : undefined,
  },
];

type ThinkingConfig = NonNullable<CheckedRequest['body']['generationConfig']>['thinkingConfig'];

function refuseThinking(
  config: ThinkingConfig,
  { id, thinking }: CheckedRequest['model'],
): Refusal | undefined {
  if (config === undefined) return undefined;
  const { thinkingBudget, thinkingLevel } = config;
  if (thinkingBudget !== undefined && thinkingLevel !== undefined)
    return { message: 'You can only set only one of thinking budget and thinking level.' };
  if (thinking.kind === 'none')
    return config.includeThoughts === true || thinkingBudget || thinkingLevel
      ? { message: `Thinking is not enabled for models/${id}` }
      : undefined;
  if (thinkingLevel !== undefined) return refuseLevel(thinkingLevel, thinking);
  // Newer models still read a budget. https://ai.google.dev/gemini-api/docs/gemini-3
  return thinkingBudget === undefined || thinking.kind === 'level'
    ? undefined
    : refuseBudget(thinkingBudget, thinking);
}

function refuseLevel(level: string, thinking: GeminiThinking): Refusal | undefined {
  if (thinking.kind !== 'level')
    return { message: 'Thinking level is not supported for this model.' };
  return thinking.levels.includes(level)
    ? undefined
    : {
        message: `Thinking level ${level} is not supported for this model. Please retry with other thinking level.`,
      };
}

function refuseBudget(
  budget: number,
  { least, most, off }: Extract<GeminiThinking, { kind: 'budget' }>,
): Refusal | undefined {
  if (budget === -1 || (budget === 0 && off === 'taken')) return undefined;
  if (budget === 0)
    return { message: 'Budget 0 is invalid. This model only works in thinking mode.' };
  return budget < least || budget > most
    ? {
        message: `The thinking budget ${budget} is invalid. Please choose a value between ${least} and ${most}.`,
      }
    : undefined;
}

/** Held against last, and not the client's fault. */
export const sizeRules: readonly WireRule<CheckedRequest, Refusal>[] = [
  {
    name: 'the prompt fits into the context window',
    source: 'https://ai.google.dev/gemini-api/docs/long-context',
    check: ({ promptTokens, model }) =>
      promptTokens > model.contextWindow
        ? {
            message: `The input token count (${promptTokens}) exceeds the maximum number of tokens allowed (${model.contextWindow}).`,
          }
        : undefined,
  },
];
