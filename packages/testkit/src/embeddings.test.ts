import { describe, expect, it } from 'vitest';
import { openBedrockServer } from './bedrock/index.ts';
import { openGeminiServer } from './gemini/index.ts';
import { failWith, stall } from './http-fault.ts';
import type { ModelServer } from './model-server.ts';
import { openOllamaServer } from './ollama/index.ts';
import { openOpenaiServer } from './openai/index.ts';

interface Answered {
  readonly status: number;
  readonly text: string;
}

async function post(
  { origin }: ModelServer,
  path: string,
  body: unknown,
  signal = new AbortController().signal,
): Promise<Answered> {
  const response = await fetch(`${origin}${path}`, {
    method: 'POST',
    headers: { authorization: 'Bearer test-key', 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal,
  });
  return { status: response.status, text: await response.text() };
}

const many = (count: number): string[] => Array.from({ length: count }, (_, at) => `text ${at}`);
const small = 'text-embedding-3-small';
const titan = '/model/amazon.titan-embed-text-v2%3A0/invoke';
const cohere = '/model/cohere.embed-english-v3/invoke';
const batch = (model: string, texts: readonly string[]): object => ({
  requests: texts.map((text) => ({ model: `models/${model}`, content: { parts: [{ text }] } })),
});

describe('what services refuse to embed', () => {
  it.each([
    ['no model', { input: 'a' }, 400, 'must provide a model'],
    ['an empty text', { model: small, input: '' }, 400, "'$.input' is invalid"],
    ['an empty text of several', { model: small, input: ['a', ''] }, 400, "'$.input' is invalid"],
    ['no text', { model: small, input: [] }, 400, "'$.input' is invalid"],
    ['too many texts', { model: small, input: many(2049) }, 400, "'$.input' is invalid"],
    ['a format', { model: small, input: 'a', encoding_format: 'hex' }, 400, 'encoding_format'],
    ['an unknown model', { model: 'nothing', input: 'a' }, 404, 'does not exist'],
    ['a model that answers', { model: 'gpt-5-mini', input: 'a' }, 403, 'not allowed to generate'],
    ['longer vectors', { model: small, input: 'a', dimensions: 4000 }, 400, 'less than or equal'],
    [
      'other lengths of an older model',
      { model: 'text-embedding-ada-002', input: 'a', dimensions: 256 },
      400,
      'does not support specifying dimensions',
    ],
    ['a text that is too long', { model: small, input: 'x'.repeat(40_000) }, 400, 'context length'],
    [
      'too many tokens in all',
      { model: small, input: Array.from({ length: 50 }, () => 'x'.repeat(30_000)) },
      400,
      '300000 tokens',
    ],
  ])('OpenAI refuses %s', async (_what, body, status, words) => {
    await using server = await openOpenaiServer({ script: [] });
    const answer = await post(server, '/v1/embeddings', body);
    expect(answer).toEqual({ status, text: expect.stringContaining(words) });
    expect(server.rejections).toHaveLength(1);
  });

  it.each([
    ['an empty text', 'gemini-embedding-001', ['a', ''], 400, 'contents is not specified'],
    ['too many texts', 'gemini-embedding-001', many(101), 400, 'at most 100 requests'],
    ['an unknown model', 'nothing', ['a'], 404, 'is not found'],
  ])('Gemini refuses %s', async (_what, model, texts, status, words) => {
    await using server = await openGeminiServer({ script: [] });
    const path = `/v1beta/models/${model}:batchEmbedContents`;
    const answer = await post(server, path, batch(model, texts));
    expect(answer).toEqual({ status, text: expect.stringContaining(words) });
  });

  it.each([
    ['no model', { input: 'a' }, 400, 'model is required'],
    ['an unknown model', { model: 'nothing', input: 'a' }, 404, 'try pulling it first'],
    ['what is no text', { model: 'nomic-embed-text', input: 7 }, 400, 'invalid input type'],
    ['a model that answers', { model: 'qwen3', input: 'a' }, 501, 'does not support embeddings'],
    [
      'a text that is too long and must not be cut',
      { model: 'nomic-embed-text', input: 'x'.repeat(10_000), truncate: false },
      400,
      'exceeds the context length',
    ],
  ])('Ollama refuses %s', async (_what, body, status, words) => {
    const models = [
      { id: 'nomic-embed-text', capabilities: ['embedding'] },
      { id: 'qwen3' },
    ] as const;
    await using server = await openOllamaServer({ script: [], models });
    const answer = await post(server, '/api/embed', body);
    expect(answer).toEqual({ status, text: expect.stringContaining(words) });
  });

  it.each([
    ['an empty text', titan, { inputText: '' }, 'Malformed input request'],
    ['lengths of its own', titan, { inputText: 'a', dimensions: 300 }, 'not a valid enum value'],
    ['a field', titan, { inputText: 'a', texts: ['a'] }, 'Malformed input request'],
    ['too many texts', cohere, { texts: many(97), input_type: 'search_query' }, '#/texts'],
    ['no purpose', cohere, { texts: ['a'] }, '#/input_type'],
    ['an unknown model', '/model/nothing/invoke', {}, 'model identifier is invalid'],
  ])('Bedrock refuses %s', async (_what, path, body, words) => {
    await using server = await openBedrockServer({ script: [] });
    const answer = await post(server, path, body);
    expect(answer).toEqual({ status: 400, text: expect.stringContaining(words) });
  });
});

describe('a service that embeds', () => {
  it('answers in numbers or in base64, the same vector', async () => {
    await using server = await openOpenaiServer({ script: [] });
    const ask = async (encoding_format: string): Promise<unknown> => {
      const body = { model: small, input: 'the cat', dimensions: 8, encoding_format };
      const { text } = await post(server, '/v1/embeddings', body);
      return JSON.parse(text).data[0].embedding;
    };
    const bytes = Buffer.from(String(await ask('base64')), 'base64');
    const numbers = [...new Float32Array(bytes.buffer, bytes.byteOffset, 8)];
    expect(await ask('float')).toEqual(numbers.map((value) => expect.closeTo(value, 6)));
    expect(server.embeddingCalls.map(({ texts, dimensions }) => ({ texts, dimensions }))).toEqual([
      { texts: ['the cat'], dimensions: 8 },
      { texts: ['the cat'], dimensions: 8 },
    ]);
  });

  it('embeds one text of Gemini by itself', async () => {
    await using server = await openGeminiServer({ script: [] });
    const path = '/v1beta/models/gemini-embedding-001:embedContent';
    const body = { content: { parts: [{ text: 'a' }] }, outputDimensionality: 4 };
    const { text } = await post(server, path, body);
    expect(JSON.parse(text).embedding.values).toHaveLength(4);
  });

  it('fails as it is told, then answers', async () => {
    await using server = await openOpenaiServer({
      script: [],
      embeddings: [failWith(503), [stall()], undefined],
    });
    const body = { model: small, input: 'a' };
    expect((await post(server, '/v1/embeddings', body)).status).toBe(503);
    const controller = new AbortController();
    const stalled = post(server, '/v1/embeddings', body, controller.signal);
    await server.untilEmbeddings(2, new AbortController().signal);
    controller.abort(new Error('enough'));
    await expect(stalled).rejects.toThrow('enough');
    expect((await post(server, '/v1/embeddings', body)).status).toBe(200);
    expect((await post(server, '/v1/embeddings', body)).status).toBe(200);
  });
});
