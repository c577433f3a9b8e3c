import { userText } from '@cuttle/core-types';
import type { ModelRequest } from '@cuttle/core-types/ports';
import { describe, expect, it } from 'vitest';
import { createRetrying } from '../retrying.ts';
import { bytesFetch } from './bytes-fetch.ts';
import { collectAnswer, type CollectedAnswer } from './collect-answer.ts';
import { voiceOf } from './voices.ts';

const signal = new AbortController().signal;
const request: ModelRequest = { model: 'm', messages: [userText('hi')], tools: [] };

interface Told {
  readonly dialect: string;
  readonly what: string;
  readonly records: readonly object[];
  /** In the order in which they are told. */
  readonly usages: readonly object[];
  readonly code: string;
}

const started = {
  type: 'message_start',
  message: {
    usage: {
      input_tokens: 10,
      cache_read_input_tokens: 30,
      cache_creation_input_tokens: 2,
      output_tokens: 1,
    },
  },
};
const openaiUsage = {
  prompt_tokens: 40,
  completion_tokens: 9,
  total_tokens: 49,
  prompt_tokens_details: { cached_tokens: 30, cache_write_tokens: 4 },
  completion_tokens_details: { reasoning_tokens: 5 },
};
const geminiUsage = {
  promptTokenCount: 40,
  cachedContentTokenCount: 30,
  candidatesTokenCount: 4,
  thoughtsTokenCount: 5,
};
const bedrockUsage = {
  inputTokens: 10,
  cacheReadInputTokens: 30,
  cacheWriteInputTokens: 2,
  outputTokens: 7,
};
const responsesUsage = {
  input_tokens: 40,
  output_tokens: 9,
  total_tokens: 49,
  input_tokens_details: { cached_tokens: 30 },
  output_tokens_details: { reasoning_tokens: 5 },
};
const read = { inputTokens: 42, cacheReadTokens: 30, cacheWriteTokens: 2 };
const thought = { inputTokens: 40, outputTokens: 9, cacheReadTokens: 30, reasoningTokens: 5 };

const cases: readonly Told[] = [
  {
    dialect: 'anthropic',
    what: 'at the start, and then is cut',
    records: [started, { type: 'content_block_start', content_block: { type: 'text', text: 'a' } }],
    usages: [{ ...read, outputTokens: 1 }],
    code: 'provider.network',
  },
  {
    dialect: 'anthropic',
    what: 'at the start and the end, whose last words never come',
    records: [
      started,
      {
        type: 'message_delta',
        delta: {},
        usage: { output_tokens: 12, output_tokens_details: { thinking_tokens: 8 } },
      },
    ],
    usages: [
      { ...read, outputTokens: 1 },
      { ...read, outputTokens: 12, reasoningTokens: 8 },
    ],
    code: 'provider.network',
  },
  {
    dialect: 'anthropic',
    what: 'and then fails',
    records: [
      started,
      { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
    ],
    usages: [{ ...read, outputTokens: 1 }],
    code: 'provider.overloaded',
  },
  {
    dialect: 'openai',
    what: 'in a chunk, and then is cut',
    records: [{ choices: [{ delta: { content: 'a' } }], usage: openaiUsage }],
    usages: [{ ...thought, cacheWriteTokens: 4 }],
    code: 'provider.network',
  },
  {
    dialect: 'openai',
    what: 'beside its failure',
    records: [{ error: { code: 502, message: 'Provider returned error' }, usage: openaiUsage }],
    usages: [{ ...thought, cacheWriteTokens: 4 }],
    code: 'provider.overloaded',
  },
  {
    dialect: 'openai',
    what: 'with a reason that is none',
    records: [{ choices: [{ delta: {}, finish_reason: 'error' }], usage: openaiUsage }],
    usages: [{ ...thought, cacheWriteTokens: 4 }],
    code: 'provider.overloaded',
  },
  {
    dialect: 'gemini',
    what: 'in a chunk, and then is cut',
    records: [
      { candidates: [{ content: { parts: [{ text: 'a' }] } }], usageMetadata: geminiUsage },
    ],
    usages: [thought],
    code: 'provider.network',
  },
  {
    dialect: 'gemini',
    what: 'beside its failure',
    records: [
      { error: { code: 503, status: 'UNAVAILABLE', message: 'busy' }, usageMetadata: geminiUsage },
    ],
    usages: [thought],
    code: 'provider.overloaded',
  },
  {
    dialect: 'gemini',
    what: 'with a call that nobody can read',
    records: [
      { candidates: [{ finishReason: 'MALFORMED_FUNCTION_CALL' }], usageMetadata: geminiUsage },
    ],
    usages: [thought],
    code: 'provider.malformed',
  },
  {
    dialect: 'bedrock',
    what: 'before the end, and then is cut',
    records: [{ metadata: { usage: bedrockUsage } }],
    usages: [{ ...read, outputTokens: 7 }],
    code: 'provider.network',
  },
  {
    dialect: 'bedrock',
    what: 'behind a call that nobody can read',
    records: [
      { messageStop: { stopReason: 'malformed_tool_use' } },
      { metadata: { usage: bedrockUsage } },
    ],
    usages: [{ ...read, outputTokens: 7 }],
    code: 'provider.malformed',
  },
  {
    dialect: 'openai-responses',
    what: 'of a response that failed',
    records: [
      {
        type: 'response.failed',
        response: {
          status: 'failed',
          error: { code: 'server_error', message: 'oops' },
          usage: responsesUsage,
        },
      },
    ],
    usages: [thought],
    code: 'provider.overloaded',
  },
  {
    dialect: 'ollama',
    what: 'in its last record only, which never comes',
    records: [{ message: { content: 'a' }, done: false }],
    usages: [],
    code: 'provider.network',
  },
];

function ask(dialect: string, records: readonly object[]): Promise<CollectedAnswer> {
  const voice = voiceOf(dialect);
  const fetch = bytesFetch({ body: voice.frame(...records) }, 7);
  return collectAnswer(voice.connect({ fetch }).stream(request, signal));
}

describe('what a service tells of its use', () => {
  it.each(cases)('$what is told by $dialect', async ({ dialect, records, usages, code }) => {
    const { calls, error } = await ask(dialect, records);
    expect(calls).toEqual(usages.map((usage) => ({ type: 'usage', usage })));
    expect(error).toMatchObject({ code });
  });

  it.each(cases)(
    '$what reaches whoever counts through retries: $dialect',
    async ({ dialect, records, usages }) => {
      const voice = voiceOf(dialect);
      const provider = createRetrying(
        voice.connect({ fetch: bytesFetch({ body: voice.frame(...records) }) }),
        { clock: { sleep: async () => {} }, random: () => 0, maxAttempts: 1 },
      );
      const { calls } = await collectAnswer(provider.stream(request, signal));
      const cut = calls.find(({ type }) => type === 'call.cut');
      const last = usages.at(-1);
      expect(cut).toMatchObject({ origin: { dialect }, ...(last && { usage: last }) });
    },
  );

  it('is nothing where counts are no numbers that can be', async () => {
    const usage = { prompt_tokens: -5, completion_tokens: 1e300, total_tokens: 0.5 };
    const { calls } = await ask('openai', [{ choices: [{ delta: {} }], usage }]);
    expect(calls).toEqual([{ type: 'usage', usage: { inputTokens: 0, outputTokens: 0 } }]);
  });

  it('stands in the end of a whole answer of Ollama', async () => {
    const done = { done: true, done_reason: 'stop', prompt_eval_count: 12, eval_count: 3 };
    const { events, calls } = await ask('ollama', [{ message: { content: 'a' } }, done]);
    expect(calls).toEqual([]);
    expect(events.at(-1)).toEqual({
      type: 'finish',
      reason: 'stop',
      usage: { inputTokens: 12, outputTokens: 3 },
    });
  });
});
