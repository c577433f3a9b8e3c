import { join } from 'node:path';
import { userText } from '@cuttle/core-types';
import { openGeminiServer } from '@cuttle/testkit/gemini';
import { readCases } from '../contract/answer-cases.ts';
import { bytesFetch } from '../contract/bytes-fetch.ts';
import { describeProvider, describeService } from '../contract/describe-provider.ts';
import { describeTranscripts } from '../contract/describe-transcripts.ts';
import { createGemini } from './provider.ts';

const cases = await readCases(join(import.meta.dirname, 'fixtures'));
const samples = cases
  .map(({ recorded }) => recorded)
  .filter(({ body, status }) => body.length < 5000 && status === 200);
const whole = cases.find(({ expected }) => !expected.error && expected.text !== '')?.recorded;

describeProvider('gemini', () => ({
  provider: createGemini({
    apiKey: 'test-key',
    models: [{ id: 'm' }],
    fetch: bytesFetch(whole ?? { body: new Uint8Array() }),
  }),
  request: { model: 'gemini-3-flash-preview', messages: [userText('hello')], tools: [] },
}));

describeService('gemini', {
  model: 'gemini-3-flash-preview',
  idleTimeoutMs: 120_000,
  serve: (script) => openGeminiServer({ script }),
  connect: (server, deps) => createGemini({ apiKey: 'test-key', baseUrl: server.url, ...deps }),
  connectFetch: (deps) => createGemini({ apiKey: 'test-key', ...deps }),
  samples,
});

describeTranscripts('gemini', {
  models: [
    'gemini-3-flash-preview',
    'gemini-3.1-pro-preview',
    'gemini-2.5-pro',
    'gemini-2.5-flash',
    'gemini-2.0-flash',
    'gemma-3-27b-it',
  ],
  dialect: 'gemini',
  serve: (script) => openGeminiServer({ script }),
  connect: (server) => createGemini({ apiKey: 'test-key', baseUrl: server.url }),
});

describeTranscripts('gemini at Vertex AI', {
  models: ['gemini-3-flash-preview', 'gemini-2.5-flash'],
  dialect: 'gemini',
  serve: (script) => openGeminiServer({ script }),
  connect: (server) =>
    createGemini({ authToken: 'test-key', baseUrl: server.url, vertex: { project: 'p-1' } }),
});
