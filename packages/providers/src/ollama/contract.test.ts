import { join } from 'node:path';
import { userText } from '@cuttle/core-types';
import { openOllamaServer } from '@cuttle/testkit/ollama';
import { readCases } from '../contract/answer-cases.ts';
import { bytesFetch } from '../contract/bytes-fetch.ts';
import { describeProvider, describeService } from '../contract/describe-provider.ts';
import { describeTranscripts } from '../contract/describe-transcripts.ts';
import { createOllama } from './provider.ts';

const cases = await readCases(join(import.meta.dirname, 'fixtures'));
const samples = cases
  .map(({ recorded }) => recorded)
  .filter(({ body, status }) => body.length < 5000 && status === 200);
const whole = cases.find(({ expected }) => !expected.error && expected.text !== '')?.recorded;

describeProvider('ollama', () => ({
  provider: createOllama({
    models: [{ id: 'm' }],
    fetch: bytesFetch(whole ?? { body: new Uint8Array() }),
  }),
  request: { model: 'm', messages: [userText('hello')], tools: [] },
}));

describeService('ollama', {
  model: 'qwen3',
  idleTimeoutMs: 300_000,
  serve: (script) => openOllamaServer({ script }),
  connect: (server, deps) => createOllama({ baseUrl: server.url, ...deps }),
  connectFetch: (deps) => createOllama({ ...deps }),
  samples,
});

describeTranscripts('ollama', {
  models: ['qwen3', 'llama3.2'],
  dialect: 'ollama',
  remedied: /does not support thinking/,
  serve: (script) => openOllamaServer({ script }),
  connect: (server) => createOllama({ baseUrl: server.url }),
});
