import { join } from 'node:path';
import { userText } from '@cuttle/core-types';
import { openAnthropicServer } from '@cuttle/testkit/anthropic';
import { readCases } from '../contract/answer-cases.ts';
import { bytesFetch } from '../contract/bytes-fetch.ts';
import { describeProvider, describeService } from '../contract/describe-provider.ts';
import { describeTranscripts } from '../contract/describe-transcripts.ts';
import { createAnthropic } from './provider.ts';

const cases = await readCases(join(import.meta.dirname, 'fixtures'));
const samples = cases
  .map(({ recorded }) => recorded)
  .filter(({ body, status }) => body.length < 5000 && status === 200);
const whole = cases.find(({ expected }) => !expected.error && expected.text !== '')?.recorded;

describeProvider('anthropic', () => ({
  provider: createAnthropic({
    apiKey: 'test-key',
    models: [{ id: 'm' }],
    fetch: bytesFetch(whole ?? { body: new Uint8Array() }),
  }),
  request: { model: 'claude-sonnet-4-5', messages: [userText('hello')], tools: [] },
}));

describeService('anthropic', {
  model: 'claude-sonnet-4-5',
  idleTimeoutMs: 120_000,
  serve: (script) => openAnthropicServer({ script }),
  connect: (server, deps) => createAnthropic({ apiKey: 'test-key', baseUrl: server.url, ...deps }),
  connectFetch: (deps) => createAnthropic({ apiKey: 'test-key', ...deps }),
  samples,
});

describeTranscripts('anthropic', {
  models: ['claude-sonnet-4-5', 'claude-opus-4-8', 'claude-sonnet-5-5'],
  dialect: 'anthropic',
  serve: (script) => openAnthropicServer({ script, turns: 'alternating' }),
  connect: (server) => createAnthropic({ apiKey: 'test-key', baseUrl: server.url }),
});

describeTranscripts('anthropic in its newest version', {
  models: ['claude-sonnet-4-5', 'claude-opus-4-8', 'claude-sonnet-5-5'],
  dialect: 'anthropic',
  serve: (script) => openAnthropicServer({ script }),
  connect: (server) =>
    createAnthropic({ apiKey: 'test-key', baseUrl: server.url, apiVersion: '2026-10-21' }),
});
