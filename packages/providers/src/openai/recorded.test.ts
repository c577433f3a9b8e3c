import { join } from 'node:path';
import { type Deviations, readCases } from '../contract/answer-cases.ts';
import { describeRecorded } from '../contract/describe-recorded.ts';
import { createOpenai } from './provider.ts';

/** xAI counts reasoning beside `completion_tokens`; output is both. https://docs.cloud.google.com/vertex-ai/generative-ai/docs/partner-models/grok/capabilities/reasoning */
const xai = (counts: {
  input: number;
  answer: number;
  reasoning: number;
  cached: number;
}): Deviations[string] => ({
  usage: {
    input_total: counts.input,
    output_total: counts.answer + counts.reasoning,
    cache_read: counts.cached,
    reasoning: counts.reasoning,
  },
});

describeRecorded('openai', {
  cases: await readCases(join(import.meta.dirname, 'fixtures'), {
    'xai/xai-text-stream': xai({ input: 12, answer: 2, reasoning: 340, cached: 11 }),
    'xai/xai-tool-call-stream-v2': xai({ input: 291, answer: 26, reasoning: 196, cached: 290 }),
    'xai/xai-tool-call-stream': xai({ input: 307, answer: 26, reasoning: 227, cached: 306 }),
    'xai/xai-tool-call': xai({ input: 291, answer: 26, reasoning: 189, cached: 244 }),
    // The error repeats the reason to finish, "length", of an answer that is whole.
    'openrouter/openrouter-stream-error': { finish: 'length', error: null },
  }),
  suffix: '/chat/completions',
  idleTimeoutMs: 120_000,
  open: (baseUrl, deps) => createOpenai({ apiKey: 'test-key', baseUrl, ...deps }),
});
