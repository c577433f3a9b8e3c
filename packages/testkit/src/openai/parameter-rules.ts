import type { WireRule } from '../wire-rule.ts';
import type { CheckedRequest } from './checked-request.ts';
import { refuseFormat } from './function-schema.ts';
import { partsOf } from './message-rules.ts';
import type { Refusal } from './refusal.ts';

const chatDocs = 'https://platform.openai.com/docs/api-reference/chat/create';

/** The rules on parameters that depend on each other or on the model. Each refusal is the service's own sentence. */
export const parameterRules: readonly WireRule<CheckedRequest, Refusal>[] = [
  {
    name: 'stream_options need a stream',
    source: chatDocs,
    check: ({ body }) =>
      body.stream_options && body.stream !== true
        ? {
            message: "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
            param: 'stream_options',
            code: null,
          }
        : undefined,
  },
  {
    name: 'a reasoning model takes max_completion_tokens',
    source: 'https://platform.openai.com/docs/guides/reasoning',
    check: ({ body, model }) =>
      model.kind === 'reasoning' && isGiven(body.max_tokens)
        ? {
            message:
              "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
            param: 'max_tokens',
            code: 'unsupported_parameter',
          }
        : undefined,
  },
  {
    name: 'a reasoning model is not sampled',
    source: 'https://platform.openai.com/docs/guides/reasoning',
    check: ({ body, model }) => (model.kind === 'reasoning' ? refuseSampling(body) : undefined),
  },
  {
    name: 'only a reasoning model takes an effort',
    source: 'https://platform.openai.com/docs/guides/reasoning',
    check: ({ body, model }) =>
      model.kind === 'plain' && isGiven(body.reasoning_effort)
        ? {
            message: 'Unrecognized request argument supplied: reasoning_effort',
            param: null,
            code: null,
          }
        : undefined,
  },
  {
    name: 'one of max_tokens and max_completion_tokens',
    source: chatDocs,
    check: ({ body }) =>
      isGiven(body.max_tokens) && isGiven(body.max_completion_tokens)
        ? {
            message:
              'Setting `max_tokens` and `max_completion_tokens` at the same time is not supported.',
            param: 'max_completion_tokens',
            code: 'invalid_parameter_combination',
          }
        : undefined,
  },
  {
    name: 'json_object is asked for in words too',
    source: 'https://platform.openai.com/docs/guides/structured-outputs#json-mode',
    check: ({ body }) =>
      body.response_format?.type === 'json_object' && !speaksOfJson(body)
        ? {
            message:
              "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
            param: 'messages',
            code: null,
          }
        : undefined,
  },
  {
    name: 'the schema of a strict format is closed and requires everything',
    source: 'https://platform.openai.com/docs/guides/structured-outputs#supported-schemas',
    check: ({ body: { response_format: format } }) =>
      format?.type === 'json_schema'
        ? refuseFormat(format.json_schema, 'response_format')
        : undefined,
  },
];

/** The sizes that a prompt is held against: circumstances, not faults of the client's code. */
export const sizeRules: readonly WireRule<CheckedRequest, Refusal>[] = [
  {
    name: 'max_tokens is within what the model can say',
    source: 'https://platform.openai.com/docs/models',
    check: ({ body, model: { maxOutputTokens } }) => {
      const key = isGiven(body.max_tokens) ? 'max_tokens' : 'max_completion_tokens';
      const asked = body[key] ?? 0;
      return asked > maxOutputTokens
        ? {
            message: `${key} is too large: ${asked}. This model supports at most ${maxOutputTokens} completion tokens, whereas you provided ${asked}.`,
            param: key,
            code: 'invalid_value',
          }
        : undefined;
    },
  },
  {
    name: 'the prompt fits into the context window',
    source: 'https://platform.openai.com/docs/guides/conversation-state',
    check: ({ promptTokens, model: { contextWindow } }) =>
      promptTokens > contextWindow
        ? {
            message: `This model's maximum context length is ${contextWindow} tokens. However, your messages resulted in ${promptTokens} tokens. Please reduce the length of the messages.`,
            param: 'messages',
            code: 'context_length_exceeded',
          }
        : undefined,
  },
];

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function refuseSampling(body: CheckedRequest['body']): Refusal | undefined {
  const key = (['temperature', 'top_p'] as const).find(
    (name) => isGiven(body[name]) && body[name] !== 1,
  );
  return key === undefined
    ? undefined
    : {
        message: `Unsupported value: '${key}' does not support ${body[key]} with this model. Only the default (1) value is supported.`,
        param: key,
        code: 'unsupported_value',
      };
}

function speaksOfJson({ messages }: CheckedRequest['body']): boolean {
  return messages.flatMap(partsOf).some((part) => part.type === 'text' && /json/i.test(part.text));
}
