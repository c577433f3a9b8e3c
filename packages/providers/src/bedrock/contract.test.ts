import { join } from 'node:path';
import { userText } from '@cuttle/core-types';
import { exampleCredentials, openBedrockServer } from '@cuttle/testkit/bedrock';
import { readCases } from '../contract/answer-cases.ts';
import { bytesFetch } from '../contract/bytes-fetch.ts';
import { describeProvider, describeService } from '../contract/describe-provider.ts';
import { describeTranscripts } from '../contract/describe-transcripts.ts';
import { createBedrock } from './provider.ts';

const cases = await readCases(join(import.meta.dirname, 'fixtures'));
const samples = cases
  .map(({ recorded }) => recorded)
  .filter(({ body, status }) => body.length < 5000 && status === 200);
const whole = cases.find(({ expected }) => !expected.error && expected.text !== '')?.recorded;
const claude = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';

describeProvider('bedrock', () => ({
  provider: createBedrock({
    apiKey: 'test-key',
    region: 'us-east-1',
    models: [{ id: 'm' }],
    fetch: bytesFetch(whole ?? { body: new Uint8Array() }),
  }),
  request: { model: claude, messages: [userText('hello')], tools: [] },
}));

describeService('bedrock', {
  model: claude,
  idleTimeoutMs: 120_000,
  serve: (script) => openBedrockServer({ script }),
  connect: (server, deps) =>
    createBedrock({ ...exampleCredentials, region: 'us-east-1', baseUrl: server.url, ...deps }),
  connectFetch: (deps) => createBedrock({ apiKey: 'test-key', region: 'us-east-1', ...deps }),
  samples,
});

describeTranscripts('bedrock', {
  models: [
    claude,
    'us.anthropic.claude-opus-4-8',
    'us.amazon.nova-lite-v1:0',
    'us.meta.llama4-maverick-17b-instruct-v1:0',
    'openai.gpt-oss-120b-1:0',
  ],
  dialect: 'bedrock',
  remedied: /cannot be provided in the same turn/,
  serve: (script) => openBedrockServer({ script }),
  connect: (server) => createBedrock({ apiKey: 'test-key', baseUrl: server.url }),
});
