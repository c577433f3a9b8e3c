import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { userText } from '@cuttle/core-types';
import type { ModelRequest } from '@cuttle/core-types/ports';
import { failWith, finish, streamError, text, thinking } from '@cuttle/testkit';
import { exampleCredentials, openBedrockServer } from '@cuttle/testkit/bedrock';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { bytesFetch } from '../contract/bytes-fetch.ts';
import { collectAnswer, textIn } from '../contract/collect-answer.ts';
import { createBedrock } from './provider.ts';

const { signal } = new AbortController();
const claude = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';
const request: ModelRequest = { model: claude, messages: [userText('hi')], tools: [] };
const temporary = { ...exampleCredentials, accessKeyId: 'ASIA1', sessionToken: 'token' };

/** Nothing of this machine: neither its keys nor its files nor an instance's. */
function withoutKeys(): void {
  for (const name of Object.keys(process.env).filter((key) => key.startsWith('AWS_'))) {
    vi.stubEnv(name, undefined);
  }
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  vi.stubEnv('AWS_CONFIG_FILE', '/nonexistent/config');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nonexistent/credentials');
}

afterEach(() => void vi.unstubAllEnvs());

describe('a request to Bedrock is proved', () => {
  it('by keys of the settings, also temporary ones, whatever the environment says', async () => {
    withoutKeys();
    vi.stubEnv('AWS_BEARER_TOKEN_BEDROCK', 'not this');
    await using server = await openBedrockServer({
      script: [[text('a')], [text('b')]],
      credentials: [exampleCredentials, temporary],
      region: 'eu-west-1',
    });
    const at = { baseUrl: server.url, region: 'eu-west-1', headers: { 'x-team': 'a' } };

    const first = createBedrock({ ...exampleCredentials, ...at });
    const second = createBedrock({ ...temporary, ...at });
    await collectAnswer(first.stream(request, signal));
    await collectAnswer(second.stream(request, signal));

    expect(server.requests.map(({ keyIndex }) => keyIndex)).toEqual([1, 2]);
    expect(server.requests[0]?.headers).toMatchObject({ 'x-team': 'a' });
    server.assertDone();
  });

  it('by an API key', async () => {
    withoutKeys();
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIA0');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'not this');
    await using server = await openBedrockServer({ script: [[text('a')]] });
    const provider = createBedrock({ apiKeys: ['test-key'], baseUrl: server.url });

    expect(textIn((await collectAnswer(provider.stream(request, signal))).events)).toBe('a');
  });

  it('by what the chain finds in the environment', async () => {
    withoutKeys();
    vi.stubEnv('AWS_ACCESS_KEY_ID', exampleCredentials.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', exampleCredentials.secretAccessKey);
    await using server = await openBedrockServer({ script: [[text('a')], [text('b')]] });
    const ask = async (): Promise<string> => {
      const provider = createBedrock({ baseUrl: server.url });
      return textIn((await collectAnswer(provider.stream(request, signal))).events);
    };

    expect(await ask()).toBe('a');
    vi.stubEnv('AWS_BEARER_TOKEN_BEDROCK', 'test-key');
    expect(await ask()).toBe('b');
    expect(server.requests.map(({ keyIndex }) => keyIndex)).toEqual([1, 0]);
  });

  it('by nothing: says what to set, and does not ask', async () => {
    withoutKeys();
    await using server = await openBedrockServer({ script: [] });
    const provider = createBedrock({ baseUrl: server.url });

    expect((await collectAnswer(provider.stream(request, signal))).error).toMatchObject({
      code: 'provider.auth',
      message: 'bedrock has no credentials that can be used.',
      hint: expect.stringContaining('AWS_PROFILE'),
    });
    expect(server.requests).toEqual([]);
  });

  it('and says where: a region is needed', async () => {
    withoutKeys();
    const provider = createBedrock({
      ...exampleCredentials,
      fetch: bytesFetch({ body: new Uint8Array() }),
    });
    expect((await collectAnswer(provider.stream(request, signal))).error).toMatchObject({
      code: 'provider.invalid',
      message: 'bedrock has no region.',
    });
  });

  it.each([
    [
      'a wrong secret',
      { ...exampleCredentials, secretAccessKey: 'wrong-secret' },
      /does not match/,
    ],
    ['a wrong API key', { apiKey: 'wrong-key' }, /make sure your API Key is valid/],
  ])('and refused with %s, which is not shown', async (_what, keys, message) => {
    await using server = await openBedrockServer({ script: [] });
    const provider = createBedrock({ ...keys, baseUrl: server.url });
    const { error } = await collectAnswer(provider.stream(request, signal));
    expect(error).toMatchObject({ code: 'provider.auth', message: expect.stringMatching(message) });
    expect(String(error)).not.toMatch(/wrong-/);
  });

  it('by both keys of a pair', () => {
    expect(() => createBedrock({ accessKeyId: 'a' })).toThrow(/needed together/);
  });
});

describe('a request to Bedrock goes', () => {
  const addressOf = async (settings: Parameters<typeof createBedrock>[0], model = 'm') => {
    const asked: string[] = [];
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const { url, method } = new Request(input, init);
      asked.push(`${method} ${url}`);
      return Response.json({ modelSummaries: [], inferenceProfileSummaries: [] });
    };
    const provider = createBedrock({ apiKey: 'k', fetch, ...settings });
    await collectAnswer(provider.stream({ ...request, model }, signal));
    await provider.models(signal);
    return asked;
  };

  it('to the address of its region, and lists at the control plane there', async () => {
    expect(await addressOf({ region: 'eu-central-1' })).toEqual([
      'POST https://bedrock-runtime.eu-central-1.amazonaws.com/model/m/converse-stream',
      'GET https://bedrock.eu-central-1.amazonaws.com/foundation-models',
      'GET https://bedrock.eu-central-1.amazonaws.com/inference-profiles?maxResults=1000',
    ]);
  });

  it('to the addresses of the settings', async () => {
    const arn = 'arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-x-v1:0';
    expect(await addressOf({ baseUrl: 'http://127.0.0.1:9/proxy' }, arn)).toEqual([
      `POST http://127.0.0.1:9/proxy/model/${encodeURIComponent(arn)}/converse-stream`,
      'GET http://127.0.0.1:9/proxy/foundation-models',
      'GET http://127.0.0.1:9/proxy/inference-profiles?maxResults=1000',
    ]);
    const [, list] = await addressOf({
      baseUrl: 'https://bedrock-runtime.eu-west-3.amazonaws.com',
      controlUrl: 'http://127.0.0.1:8/control/',
    });
    expect(list).toBe('GET http://127.0.0.1:8/control/foundation-models');
  });
});

describe('Bedrock', () => {
  it('lists what can be asked: profiles, and models that are served by their own id', async () => {
    await using server = await openBedrockServer({ script: [] });
    const provider = createBedrock({ ...exampleCredentials, baseUrl: server.url });
    expect(await provider.models(signal)).toEqual([
      ...[claude, 'us.anthropic.claude-opus-4-8', 'us.amazon.nova-lite-v1:0'].map((id) => ({
        id,
        inputs: ['text', 'image'],
      })),
      { id: 'us.meta.llama4-maverick-17b-instruct-v1:0', inputs: ['text', 'image'] },
      ...['amazon.nova-lite-v1:0', 'meta.llama4-maverick-17b-instruct-v1:0'].map((id) => ({
        id,
        inputs: ['text', 'image'],
      })),
      { id: 'openai.gpt-oss-120b-1:0', inputs: ['text', 'image'] },
    ]);
  });

  it('counts cached tokens into the input', async () => {
    await using server = await openBedrockServer({
      script: [
        [
          text('a'),
          finish('stop', {
            usage: { inputTokens: 100, outputTokens: 7, cacheReadTokens: 60, cacheWriteTokens: 30 },
          }),
        ],
      ],
    });
    const provider = createBedrock({ apiKey: 'test-key', baseUrl: server.url });
    const { events } = await collectAnswer(provider.stream(request, signal));
    expect(events.at(-1)).toEqual({
      type: 'finish',
      reason: 'stop',
      usage: { inputTokens: 100, outputTokens: 7, cacheReadTokens: 60, cacheWriteTokens: 30 },
    });
  });

  it.each([
    ['content_filtered', 'filtered'],
    ['guardrail_intervened', 'filtered'],
    ['model_context_window_exceeded', 'length'],
    ['something_new', 'stop'],
  ])('ends by %s as %s', async (rawReason, reason) => {
    await using server = await openBedrockServer({
      script: [[text('a'), finish('stop', { rawReason })]],
    });
    const provider = createBedrock({ apiKey: 'test-key', baseUrl: server.url });
    const { events } = await collectAnswer(provider.stream(request, signal));
    expect(events.at(-1)).toMatchObject({ type: 'finish', reason });
  });

  it.each([
    ['malformed', [text('a'), finish('stop', { rawReason: 'malformed_tool_use' })]],
    ['rate-limited', [text('a'), streamError('Too many tokens', 'throttlingException')]],
    ['overloaded', [text('a'), streamError('Try again', 'internalServerException')]],
    ['overloaded', [text('a'), streamError('Broken', 'modelStreamErrorException')]],
    ['timeout', [text('a'), streamError('Slow', 'modelTimeoutException')]],
    ['invalid', [text('a'), streamError('No', 'validationException')]],
    ['overflow', failWith(400, { body: { message: 'Input is too long for requested model.' } })],
    ['overloaded', failWith(424)],
    ['timeout', failWith(408)],
  ])('says %s', async (code, turn) => {
    await using server = await openBedrockServer({ script: [turn] });
    const provider = createBedrock({ apiKey: 'test-key', baseUrl: server.url });
    const { error } = await collectAnswer(provider.stream(request, signal));
    expect(error).toMatchObject({ code: `provider.${code}` });
  });

  it('thinks less where a model refuses to, asks without marks that it does not know, and remembers', async () => {
    await using server = await openBedrockServer({
      script: [
        failWith(400, { body: { message: 'adaptive thinking is not supported on this model' } }),
        failWith(403, {
          body: {
            message:
              'You invoked an unsupported model or your request did not allow prompt caching.',
          },
        }),
        [text('a')],
        [text('b')],
      ],
    });
    const provider = createBedrock({ apiKey: 'test-key', baseUrl: server.url });
    const asked = { ...request, model: 'us.anthropic.claude-opus-4-8', thinking: 'high' } as const;
    for (const said of ['a', 'b']) {
      expect(textIn((await collectAnswer(provider.stream(asked, signal))).events)).toBe(said);
    }
    const bodies = server.requests.map(({ text: body }) => body);
    expect(bodies.map((body) => body.includes('adaptive'))).toEqual([true, false, false, false]);
    expect(bodies.map((body) => body.includes('cachePoint'))).toEqual([true, true, false, false]);
  });

  it('asks for the whole answer where a model cannot stream with tools', async () => {
    await using server = await openBedrockServer({
      script: [
        failWith(400, {
          body: { message: "This model doesn't support tool use in streaming mode." },
        }),
        [thinking('hm'), text('a')],
      ],
    });
    const provider = createBedrock({ apiKey: 'test-key', baseUrl: server.url });
    const { events } = await collectAnswer(provider.stream(request, signal));
    expect(events.map(({ type }) => type)).toEqual([
      'thinking.delta',
      'thinking.end',
      'text.delta',
      'finish',
    ]);
    expect(server.calls.map(({ delivery }) => delivery)).toEqual(['stream', 'whole']);
  });

  it('is not loaded before it is asked', async () => {
    const program = `
      import { registerHooks } from 'node:module';
      const seen = [];
      registerHooks({ resolve(name, context, next) { const found = next(name, context); seen.push(found.url); return found; } });
      const { providerDefinitions } = await import('@cuttle/providers');
      const definition = providerDefinitions.find(({ id }) => id === 'bedrock');
      const provider = definition.create({ apiKey: 'k', region: 'us-east-1' }, { fetch: async () => Response.json({}, { status: 500 }) });
      const amazon = () => seen.filter((url) => /@aws-sdk|@smithy/.test(url)).length > 0;
      const before = amazon();
      const signal = new AbortController().signal;
      await provider.stream({ model: 'm', messages: [], tools: [] }, signal)[Symbol.asyncIterator]().next().catch(() => {});
      console.log(JSON.stringify([before, amazon()]));`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--conditions=@cuttle/source', '--input-type=module', '--eval', program],
      { cwd: join(import.meta.dirname, '../..') },
    );
    expect(JSON.parse(stdout)).toEqual([false, true]);
  }, 30_000);
});
