import { openOpenaiServer } from '@cuttle/testkit/openai';
import { describe, expect, it } from 'vitest';
import { describeEmbedder } from '../contract/describe-embedder.ts';
import { createOpenaiEmbedder } from './embed.ts';

const never = new AbortController().signal;
const answer = (vectors: readonly unknown[]): string =>
  JSON.stringify({
    object: 'list',
    data: vectors.map((embedding, index) => ({ object: 'embedding', index, embedding })),
    model: 'm',
    usage: { prompt_tokens: 3, total_tokens: 3 },
  });
const suite = {
  model: 'text-embedding-3-small',
  dimensions: 1536,
  shorter: 256,
  idleTimeoutMs: 120_000,
  serve: (embeddings: Parameters<typeof openOpenaiServer>[0]['embeddings']) =>
    openOpenaiServer({ script: [], ...(embeddings && { embeddings }) }),
  answer,
};

describeEmbedder('openai at a compatible server', {
  ...suite,
  mostTexts: 96,
  connect: (server, deps) =>
    createOpenaiEmbedder({ apiKey: 'test-key', baseUrl: server.url, ...deps }),
  connectFetch: (deps) =>
    createOpenaiEmbedder({ apiKey: 'test-key', baseUrl: 'http://127.0.0.1:1/v1', ...deps }),
});

describeEmbedder('openai with vectors in base64', {
  ...suite,
  mostTexts: 256,
  connect: (server, deps) =>
    createOpenaiEmbedder({
      apiKey: 'test-key',
      baseUrl: server.url,
      quirks: { vectors: 'base64', mostTexts: 256 },
      ...deps,
    }),
  connectFetch: (deps) => createOpenaiEmbedder({ apiKey: 'test-key', ...deps }),
});

describe('an embedder of the OpenAI dialect', () => {
  const embedder = (sent: unknown) =>
    createOpenaiEmbedder({
      apiKey: 'test-key',
      fetch: async () => new Response(JSON.stringify(sent)),
    });
  const embed = (sent: unknown, texts = ['a', 'b']) =>
    embedder(sent).embed({ model: 'm', texts }, never);

  it('puts vectors in the order of their index', async () => {
    const data = [
      { index: 1, embedding: [0, 1] },
      { index: 0, embedding: [1, 0] },
    ];
    const { vectors, inputTokens } = await embed({ data, usage: { total_tokens: 9 } });
    expect(vectors.map((vector) => [...vector])).toEqual([
      [1, 0],
      [0, 1],
    ]);
    expect(inputTokens).toBe(9);
  });

  it.each([
    ['one index twice', [0, 0]],
    ['an index beyond the texts', [0, 2]],
    ['an index for some only', [0, undefined]],
  ])('refuses %s', async (_what, indices) => {
    const data = indices.map((index) => ({ index, embedding: [1, 0] }));
    await expect(embed({ data })).rejects.toMatchObject({ code: 'provider.invalid' });
  });

  it('counts four characters to a token where the service does not count', async () => {
    const { inputTokens } = await embed({ data: [{ embedding: [1] }] }, ['nine char']);
    expect(inputTokens).toBe(3);
  });

  it.each([
    ['base64 that is none', '!!!!'],
    ['bytes that are no whole numbers', 'AAAA'],
    ['numbers that are none', Buffer.from(new Float32Array([1, NaN]).buffer).toString('base64')],
    ['an empty text', ''],
  ])('refuses %s', async (_what, embedding) => {
    const sent = { data: [{ index: 0, embedding }] };
    await expect(embed(sent, ['a'])).rejects.toMatchObject({ code: 'provider.invalid' });
  });

  it('refuses base64 where numbers were asked for', async () => {
    const embedding = Buffer.from(new Float32Array([1, 2]).buffer).toString('base64');
    const asked = createOpenaiEmbedder({
      baseUrl: 'http://127.0.0.1:1/v1',
      fetch: async () => new Response(JSON.stringify({ data: [{ index: 0, embedding }] })),
    });
    await expect(asked.embed({ model: 'm', texts: ['a'] }, never)).rejects.toMatchObject({
      code: 'provider.invalid',
    });
  });

  it('says shorter vectors in the words of the service', async () => {
    const bodies: unknown[] = [];
    const asked = createOpenaiEmbedder({
      baseUrl: 'http://127.0.0.1:1/v1',
      quirks: { dimensionsField: 'output_dimension' },
      async fetch(_url, init) {
        bodies.push(await new Response(init?.body).json());
        return new Response(JSON.stringify({ data: [{ embedding: [1, 0] }] }));
      },
    });
    await asked.embed({ model: 'm', texts: ['a'], dimensions: 2 }, never);
    expect(bodies).toEqual([{ model: 'm', input: ['a'], output_dimension: 2 }]);
  });

  it('sends a text that is longer than a request alone', async () => {
    await using server = await openOpenaiServer({ script: [] });
    const asked = createOpenaiEmbedder({
      apiKey: 'test-key',
      baseUrl: server.url,
      quirks: { mostCharacters: 10 },
    });
    const texts = ['one', 'two', 'a text that is longer', 'three'];
    await asked.embed({ model: 'text-embedding-3-small', texts }, never);
    expect(server.embeddingCalls.map((call) => call.texts)).toEqual([
      ['one', 'two'],
      ['a text that is longer'],
      ['three'],
    ]);
  });
});
