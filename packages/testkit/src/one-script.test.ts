import { describe, expect, it } from 'vitest';
import { openAnthropicServer } from './anthropic/index.ts';
import { openBedrockServer } from './bedrock/index.ts';
import { openGeminiServer } from './gemini/index.ts';
import {
  cut,
  echoScript,
  finish,
  type ModelServer,
  type ModelServerOptions,
  scriptedModel,
  text,
  thinking,
  toolCall,
  type Turn,
} from './index.ts';
import { openOllamaServer } from './ollama/index.ts';
import { openOpenaiServer } from './openai/index.ts';
import { openOpenaiResponsesServer } from './openai-responses/index.ts';

interface Wire {
  readonly open: (options: ModelServerOptions) => Promise<ModelServer>;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: (words: string) => object;
}

const message = (content: string): object[] => [{ role: 'user', content }];
const wires: Readonly<Record<string, Wire>> = {
  anthropic: {
    open: openAnthropicServer,
    path: '/v1/messages',
    headers: { 'x-api-key': 'test-key', 'anthropic-version': '2026-10-21' },
    body: (words) => ({
      model: 'claude-haiku-4-5',
      max_tokens: 99,
      messages: message(words),
      stream: true,
    }),
  },
  openai: {
    open: openOpenaiServer,
    path: '/chat/completions',
    headers: { authorization: 'Bearer test-key' },
    body: (words) => ({
      model: 'gpt-4o-mini',
      messages: message(words),
      stream: true,
      stream_options: { include_usage: true },
    }),
  },
  'openai-responses': {
    open: openOpenaiResponsesServer,
    path: '/responses',
    headers: { authorization: 'Bearer test-key' },
    body: (words) => ({ model: 'gpt-4o-mini', input: message(words), stream: true }),
  },
  gemini: {
    open: openGeminiServer,
    path: '/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse',
    headers: { 'x-goog-api-key': 'test-key' },
    body: (words) => ({ contents: [{ role: 'user', parts: [{ text: words }] }] }),
  },
  bedrock: {
    open: openBedrockServer,
    path: '/model/openai.gpt-oss-120b-1:0/converse-stream',
    headers: { authorization: 'Bearer test-key' },
    body: (words) => ({ messages: [{ role: 'user', content: [{ text: words }] }] }),
  },
  ollama: {
    open: openOllamaServer,
    path: '/api/chat',
    headers: {},
    body: (words) => ({ model: 'qwen3', messages: message(words) }),
  },
};

async function ask(wire: Wire, server: ModelServer, words: string): Promise<string> {
  const response = await fetch(`${server.url}${wire.path}`, {
    method: 'POST',
    headers: wire.headers,
    body: JSON.stringify(wire.body(words)),
  });
  return response.text();
}

describe.each(Object.entries(wires))('one script on the wire of %s', (_name, wire) => {
  const turn: Turn = [
    thinking('Hm.'),
    text('Hel'),
    text('lo'),
    toolCall('add', { a: 1 }),
    finish('length', { usage: { inputTokens: 11, outputTokens: 22 } }),
  ];

  it('says the same', async () => {
    await using server = await wire.open({ script: [turn] });

    const body = await ask(wire, server, 'hello');

    expect(body).toContain('Hel');
    expect(body).toContain('"add"');
    expect(body).toMatch(
      /"(input_tokens|inputTokens|prompt_tokens|prompt_eval_count|promptTokenCount)":11/,
    );
    expect(body).toMatch(
      /"(output_tokens|outputTokens|completion_tokens|eval_count)":22|"totalTokenCount":33/,
    );
    expect(body).toMatch(/"(max_tokens|max_output_tokens|length|MAX_TOKENS)"/);
    expect(server.calls).toMatchObject([
      { order: 1, delivery: 'stream', messages: [{ role: 'user', text: 'hello' }] },
    ]);
    server.assertDone();
  });

  it('gives the same bytes twice when the seed of its ids is given', async () => {
    await using first = await wire.open({ script: [turn], idSeed: 'seed' });
    await using second = await wire.open({ script: [turn], idSeed: 'seed' });

    expect(await ask(wire, first, 'hello')).toBe(await ask(wire, second, 'hello'));
  });

  it('breaks after so many bytes', async () => {
    await using server = await wire.open({
      script: [[text('ü'.repeat(500)), cut({ afterBytes: 200 })]],
    });

    await expect(ask(wire, server, 'hello')).rejects.toThrow('terminated');

    await server.requests[0]?.settled;
    expect(server.requests[0]?.outcome).toBe('cut');
  });

  it('writes each event by itself if asked to', async () => {
    await using together = await wire.open({ script: [turn], idSeed: 'x' });
    await using each = await wire.open({ script: [turn], idSeed: 'x', writes: 'each' });

    expect(await ask(wire, each, 'hello')).toBe(await ask(wire, together, 'hello'));
  });

  it('serves many calls at once, each its own', async () => {
    await using server = await wire.open({ script: echoScript() });
    const words = Array.from({ length: 50 }, (_, index) => `[[id=n${index}]] hello`);

    const bodies = await Promise.all(words.map((word) => ask(wire, server, word)));

    bodies.forEach((body, index) => expect(body).toContain(`(id=n${index}) `));
    expect(server.calls.map(({ order }) => order)).toEqual(words.map((_, index) => index + 1));
  });

  it('forgets the oldest requests beyond its limit', async () => {
    await using server = await wire.open({ script: echoScript(), maxRequests: 2 });

    for (const word of ['a', 'b', 'c']) await ask(wire, server, word);

    expect(server.requests.map(({ order }) => order)).toEqual([2, 3]);
    expect(server.calls.map(({ order }) => order)).toEqual([2, 3]);
  });

  it('takes what breaks its rules if told to skip them', async () => {
    await using server = await wire.open({ script: [[text('ok')]], rules: 'skipped' });

    expect(await ask(wire, server, '')).toContain('ok');
  });
});

it('runs the same turns in the process', async () => {
  const model = scriptedModel([[text('Hello')]]);
  const events: string[] = [];

  const { signal } = new AbortController();
  const request = { model: 'm', messages: [], tools: [] };
  for await (const { type } of model.stream(request, signal)) events.push(type);

  expect(events).toEqual(['text.delta', 'finish']);
});
