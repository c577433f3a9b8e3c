import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectAnswer, readCases } from '../contract/answer-cases.ts';
import { collectAnswer } from '../contract/collect-answer.ts';
import { replayFetch } from '../contract/replay-fetch.ts';
import { createAnthropic } from './provider.ts';

const cases = readCases(join(import.meta.dirname, 'fixtures'));
const signal = new AbortController().signal;
const request = { model: 'claude-sonnet-4-5', messages: [], tools: [] };

describe.each([
  { pieces: 'whole', bytes: Infinity },
  { pieces: 'in pieces of 7 bytes', bytes: 7 },
  { pieces: 'byte by byte', bytes: 1 },
])('a recorded answer, $pieces', ({ bytes }) => {
  it.each(cases.filter((answer) => bytes > 1 || answer.bytes.length < 20_000))(
    'says what $title said',
    async (answer) => {
      const provider = createAnthropic({ apiKey: 'test-key', fetch: replayFetch(answer, bytes) });
      const collected = await collectAnswer(provider.stream(request, signal));
      expect.hasAssertions();
      expectAnswer(collected, answer);
    },
  );
});
