import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectAnswer, readCases } from '../contract/answer-cases.ts';
import { collectAnswer } from '../contract/collect-answer.ts';
import { replayFetch } from '../contract/replay-fetch.ts';
import { createOpenai } from './provider.ts';

/** xAI counts reasoning beside `completion_tokens`; output is both. https://docs.x.ai/docs/guides/reasoning */
const xai = (counts: { input: number; answer: number; reasoning: number; cached: number }) => ({
  usage: {
    input_total: counts.input,
    output_total: counts.answer + counts.reasoning,
    cache_read: counts.cached,
    reasoning: counts.reasoning,
  },
});

const cases = readCases(join(import.meta.dirname, 'fixtures'), {
  'xai/xai-text-stream': xai({ input: 12, answer: 2, reasoning: 340, cached: 11 }),
  'xai/xai-tool-call-stream-v2': xai({ input: 291, answer: 26, reasoning: 196, cached: 290 }),
  'xai/xai-tool-call-stream': xai({ input: 307, answer: 26, reasoning: 227, cached: 306 }),
  'xai/xai-tool-call': xai({ input: 291, answer: 26, reasoning: 189, cached: 244 }),
  // The error repeats the reason to finish, "length", of an answer that is whole.
  'openrouter/openrouter-stream-error': { finish: 'length', error: null },
});
const signal = new AbortController().signal;
const request = { model: 'm', messages: [], tools: [] };

describe.each([
  { pieces: 'whole', bytes: Infinity },
  { pieces: 'in pieces of 7 bytes', bytes: 7 },
  { pieces: 'byte by byte', bytes: 1 },
])('a recorded answer, $pieces', ({ bytes }) => {
  it.each(cases.filter((answer) => bytes > 1 || answer.bytes.length < 20_000))(
    'says what $title said',
    async (answer) => {
      const provider = createOpenai({ apiKey: 'test-key', fetch: replayFetch(answer, bytes) });
      const collected = await collectAnswer(provider.stream(request, signal));
      expect.hasAssertions();
      expectAnswer(collected, answer);
    },
  );
});
