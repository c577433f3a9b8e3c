import { openOllamaServer } from '@cuttle/testkit/ollama';
import { expect, it } from 'vitest';
import { describeEmbedder } from '../contract/describe-embedder.ts';
import { createOllamaEmbedder } from './embed.ts';

const never = new AbortController().signal;
const models = [{ id: 'nomic-embed-text', capabilities: ['embedding'] }, { id: 'qwen3' }] as const;

describeEmbedder('ollama', {
  model: 'nomic-embed-text',
  dimensions: 768,
  shorter: 256,
  mostTexts: 96,
  idleTimeoutMs: 300_000,
  serve: (embeddings) => openOllamaServer({ script: [], embeddings, models }),
  connect: (server, deps) => createOllamaEmbedder({ baseUrl: server.url, ...deps }),
  connectFetch: (deps) => createOllamaEmbedder({ ...deps }),
  answer: (embeddings) => JSON.stringify({ model: 'm', embeddings, prompt_eval_count: 3 }),
});

it('has a text refused that is too long, and says what a model that answers cannot do', async () => {
  await using server = await openOllamaServer({ script: [], models });
  const embedder = createOllamaEmbedder({ baseUrl: server.url, keepAlive: '10m' });
  const long = 'word '.repeat(3000);
  await expect(
    embedder.embed({ model: 'nomic-embed-text', texts: [long] }, never),
  ).rejects.toMatchObject({ code: 'provider.overflow' });
  await expect(embedder.embed({ model: 'qwen3', texts: ['a'] }, never)).rejects.toMatchObject({
    code: expect.stringMatching(/^provider\./),
    message: expect.stringContaining('does not support embeddings'),
  });
  expect(server.requests[0]?.body).toMatchObject({ truncate: false, keep_alive: '10m' });
});
