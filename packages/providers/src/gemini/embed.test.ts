import { openGeminiServer } from '@cuttle/testkit/gemini';
import { expect, it } from 'vitest';
import { describeEmbedder } from '../contract/describe-embedder.ts';
import { createGeminiEmbedder, encodeEmbedContents } from './embed.ts';

const never = new AbortController().signal;
const vertex = { project: 'p-1' };
const suite = {
  model: 'gemini-embedding-001',
  dimensions: 3072,
  shorter: 768,
  idleTimeoutMs: 120_000,
  purposes: { document: 'RETRIEVAL_DOCUMENT', query: 'RETRIEVAL_QUERY' },
  serve: (embeddings: Parameters<typeof openGeminiServer>[0]['embeddings']) =>
    openGeminiServer({ script: [], ...(embeddings && { embeddings }) }),
};

describeEmbedder('gemini', {
  ...suite,
  mostTexts: 100,
  connect: (server, deps) =>
    createGeminiEmbedder({ apiKey: 'test-key', baseUrl: server.url, ...deps }),
  connectFetch: (deps) => createGeminiEmbedder({ apiKey: 'test-key', ...deps }),
  answer: (vectors) => JSON.stringify({ embeddings: vectors.map((values) => ({ values })) }),
});

describeEmbedder('gemini at Vertex AI', {
  ...suite,
  mostTexts: 1,
  connect: (server, deps) =>
    createGeminiEmbedder({ authToken: 'test-key', baseUrl: server.url, vertex, ...deps }),
  connectFetch: (deps) => createGeminiEmbedder({ authToken: 'test-key', vertex, ...deps }),
  answer: (vectors) =>
    JSON.stringify({ predictions: vectors.map((values) => ({ embeddings: { values } })) }),
});

it('sends several texts at once to the older models of Vertex AI', async () => {
  await using server = await openGeminiServer({ script: [] });
  const embedder = createGeminiEmbedder({ authToken: 'test-key', baseUrl: server.url, vertex });
  const texts = ['one', 'two', 'three'];
  const { vectors } = await embedder.embed({ model: 'text-embedding-005', texts }, never);
  expect(vectors.map(({ length }) => length)).toEqual([768, 768, 768]);
  expect(server.embeddingCalls).toHaveLength(1);
});

it('says no purpose to models that are told in the text', () => {
  const [first] = encodeEmbedContents({
    model: 'gemini-embedding-2',
    texts: ['a'],
    purpose: 'query',
  });
  expect(first).toEqual({ content: { role: 'user', parts: [{ text: 'a' }] } });
});
