import { join } from 'node:path';
import { userText } from '@cuttle/core-types';
import { openOpenaiServer } from '@cuttle/testkit/openai';
import { readCases } from '../contract/answer-cases.ts';
import { bytesFetch } from '../contract/bytes-fetch.ts';
import { describeProvider, describeService } from '../contract/describe-provider.ts';
import { describeTranscripts } from '../contract/describe-transcripts.ts';
import { createOpenai } from './provider.ts';
import { ownerQuirks } from './quirks.ts';

const cases = await readCases(join(import.meta.dirname, 'fixtures'));
const samples = cases
  .map(({ recorded }) => recorded)
  .filter(({ body, status }) => body.length < 5000 && status === 200);
const whole = cases.find(({ expected }) => !expected.error && expected.text !== '')?.recorded;

describeProvider('openai', () => ({
  provider: createOpenai({
    apiKey: 'test-key',
    models: [{ id: 'm' }],
    fetch: bytesFetch(whole ?? { body: new Uint8Array() }),
  }),
  request: { model: 'm', messages: [userText('hello')], tools: [] },
}));

describeService('openai', {
  model: 'gpt-5-mini',
  idleTimeoutMs: 120_000,
  serve: (script) => openOpenaiServer({ script, reasoning: 'reasoning_content' }),
  connect: (server, deps) => createOpenai({ apiKey: 'test-key', baseUrl: server.url, ...deps }),
  connectFetch: (deps) => createOpenai({ apiKey: 'test-key', ...deps }),
  samples,
});

describeTranscripts('openai', {
  models: ['gpt-5-mini', 'gpt-4o-mini'],
  dialect: 'openai',
  serve: (script) => openOpenaiServer({ script }),
  connect: (server) => createOpenai({ apiKey: 'test-key', baseUrl: server.url }),
});

describeTranscripts('openai with all that its owner takes', {
  models: ['gpt-5-mini', 'gpt-4o-mini'],
  dialect: 'openai',
  serve: (script) => openOpenaiServer({ script }),
  connect: (server) =>
    createOpenai({
      apiKey: 'test-key',
      baseUrl: server.url,
      quirks: { ...ownerQuirks, audio: false },
    }),
});
