import { userText } from '@cuttle/core-types';
import type { ThinkingLevel } from '@cuttle/core-types/ports';
import { text } from '@cuttle/testkit';
import { describe, expect, it } from 'vitest';
import { collectAnswer, textIn } from './collect-answer.ts';
import { spokenDialects } from './dialects.ts';

const levels: readonly ThinkingLevel[] = ['off', 'minimal', 'low', 'medium', 'high', 'max'];
const never = new AbortController().signal;
const ask = (model: string, thinking: ThinkingLevel) => ({
  model,
  messages: [userText('hello')],
  tools: [],
  thinking,
});

describe('thinking levels', () => {
  const models = spokenDialects.flatMap((dialect) =>
    dialect.models.map((model) => [dialect.id, model, dialect] as const),
  );

  it.each(models)(
    'are said in words that the service takes at once: %s, %s',
    async (_id, model, dialect) => {
      await using server = await dialect.serve(() => [text('ok')]);
      const provider = dialect.connect(server);
      for (const level of levels) {
        const { error, events } = await collectAnswer(provider.stream(ask(model, level), never));
        expect({ level, error, said: textIn(events) }).toEqual({
          level,
          error: undefined,
          said: 'ok',
        });
      }
      expect(server.rejections).toEqual([]);
    },
  );

  /** A level that the model turns out not to know, what the service says to it, and what is asked then. */
  const lower: readonly (readonly [string, string, ThinkingLevel, string, object, string])[] = [
    [
      'anthropic',
      'claude-opus-4-8',
      'max',
      '"effort":"max"',
      refuse(
        'invalid_request_error',
        `This model does not support effort level 'max'. Supported levels: high, low, medium.`,
      ),
      '"effort":"high"',
    ],
    [
      'bedrock',
      'us.anthropic.claude-opus-4-8',
      'max',
      '"effort":"max"',
      {
        message: `This model does not support effort level 'max'. Supported levels: high, low, medium.`,
      },
      '"effort":"high"',
    ],
    [
      'gemini',
      'gemini-3-flash-preview',
      'minimal',
      '"thinkingLevel":"MINIMAL"',
      {
        error: {
          code: 400,
          status: 'INVALID_ARGUMENT',
          message:
            'Thinking level MINIMAL is not supported for this model. Please retry with other thinking level.',
        },
      },
      '"thinkingConfig"',
    ],
    [
      'ollama',
      'qwen3',
      'high',
      '"think":true',
      { error: '"qwen3" does not support thinking' },
      '"messages"',
    ],
    [
      'openai',
      'gpt-5-mini',
      'minimal',
      '"reasoning_effort":"minimal"',
      refuse(
        'invalid_request_error',
        `Unsupported value: 'reasoning_effort' does not support 'minimal' with this model. Supported values are: 'low', 'medium', and 'high'.`,
      ),
      '"reasoning_effort":"low"',
    ],
    [
      'openai-responses',
      'gpt-5.5',
      'max',
      '"effort":"xhigh"',
      refuse(
        'invalid_request_error',
        `Unsupported value: 'xhigh' is not supported with the 'gpt-5.5' model. Supported values are: 'none', 'low', 'medium', and 'high'.`,
      ),
      '"effort":"high"',
    ],
  ];

  it.each(lower)(
    'go to the next that the model knows, and stay there: %s, %s at %s',
    async (id, model, level, unknown, refusal, then) => {
      const dialect = spokenDialects.find((one) => one.id === id);
      if (!dialect) throw new Error(`There is no dialect ${id}.`);
      await using server = await dialect.serve(() => [text('ok')]);
      const asked: string[] = [];
      const provider = dialect.connect(server, {
        fetch: async (input, init) => {
          const request = new Request(input, init);
          const body = await request.clone().text();
          asked.push(body);
          if (!body.includes(unknown)) return fetch(request);
          const headers = { 'x-amzn-errortype': 'ValidationException' };
          return Response.json(refusal, { status: 400, headers });
        },
      });
      for (const tries of [2, 3]) {
        const { error: failure, events } = await collectAnswer(
          provider.stream(ask(model, level), never),
        );
        expect({ failure, said: textIn(events) }).toEqual({ failure: undefined, said: 'ok' });
        expect(asked.length).toBe(tries);
        expect(asked.at(-1)).toContain(then);
      }
    },
  );
});

function refuse(type: string, message: string): object {
  return { type: 'error', error: { type, message } };
}
