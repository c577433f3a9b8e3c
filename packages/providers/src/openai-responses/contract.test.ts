import { join } from 'node:path';
import { userText } from '@cuttle/core-types';
import { openOpenaiResponsesServer } from '@cuttle/testkit/openai-responses';
import { readCases } from '../contract/answer-cases.ts';
import { bytesFetch } from '../contract/bytes-fetch.ts';
import { describeProvider, describeService } from '../contract/describe-provider.ts';
import { describeTranscripts } from '../contract/describe-transcripts.ts';
import { createOpenaiResponses } from './provider.ts';

const cases = await readCases(join(import.meta.dirname, 'fixtures'));
const samples = cases
  .map(({ recorded }) => recorded)
  .filter(({ body, status }) => body.length < 5000 && status === 200);
const whole = cases.find(({ expected }) => !expected.error && expected.text !== '')?.recorded;

describeProvider('openai-responses', () => ({
  provider: createOpenaiResponses({
    apiKey: 'test-key',
    models: [{ id: 'm' }],
    fetch: bytesFetch(whole ?? { body: new Uint8Array() }),
  }),
  request: { model: 'm', messages: [userText('hello')], tools: [] },
}));

describeService('openai-responses', {
  model: 'gpt-5-mini',
  idleTimeoutMs: 120_000,
  serve: (script) => openOpenaiResponsesServer({ script }),
  connect: (server, deps) =>
    createOpenaiResponses({ apiKey: 'test-key', baseUrl: server.url, ...deps }),
  connectFetch: (deps) => createOpenaiResponses({ apiKey: 'test-key', ...deps }),
  samples,
});

describeTranscripts('openai-responses', {
  models: ['gpt-5-mini', 'gpt-4o-mini', 'gpt-5.5'],
  dialect: 'openai-responses',
  serve: (script) => openOpenaiResponsesServer({ script }),
  connect: (server) => createOpenaiResponses({ apiKey: 'test-key', baseUrl: server.url }),
});

describeTranscripts('a ChatGPT subscription', {
  models: ['gpt-5-mini', 'gpt-5.5'],
  dialect: 'openai-responses',
  // What a subscription takes is not documented; it is asked once and remembered.
  remedied: /Instructions are required|max_output_tokens/,
  serve: (script) => openOpenaiResponsesServer({ script, accountId: 'acc-1' }),
  connect: (server) =>
    createOpenaiResponses({
      apiKey: 'test-key',
      baseUrl: server.url,
      chatgptAccountId: 'acc-1',
    }),
});
