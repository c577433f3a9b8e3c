import { exampleCredentials, openBedrockServer } from '@cuttle/testkit/bedrock';
import { expect, it } from 'vitest';
import { describeEmbedder } from '../contract/describe-embedder.ts';
import { createBedrockEmbedder } from './embed.ts';

const never = new AbortController().signal;
const suite = {
  idleTimeoutMs: 120_000,
  serve: (embeddings: Parameters<typeof openBedrockServer>[0]['embeddings']) =>
    openBedrockServer({ script: [], ...(embeddings && { embeddings }) }),
  connect: (
    server: Awaited<ReturnType<typeof openBedrockServer>>,
    deps: Parameters<typeof createBedrockEmbedder>[0],
  ) =>
    createBedrockEmbedder({
      ...exampleCredentials,
      region: 'us-east-1',
      baseUrl: server.url,
      ...deps,
    }),
  connectFetch: (deps: Parameters<typeof createBedrockEmbedder>[0]) =>
    createBedrockEmbedder({ apiKey: 'test-key', region: 'us-east-1', ...deps }),
};

describeEmbedder('titan at bedrock', {
  ...suite,
  model: 'amazon.titan-embed-text-v2:0',
  dimensions: 1024,
  shorter: 256,
  mostTexts: 1,
  answersSingly: true,
  answer: ([embedding]) => JSON.stringify({ embedding, inputTextTokenCount: 3 }),
});

const purposes = { document: 'search_document', query: 'search_query' };

describeEmbedder('cohere at bedrock', {
  ...suite,
  model: 'cohere.embed-english-v3',
  dimensions: 1024,
  shorter: undefined,
  mostTexts: 96,
  purposes,
  answer: (embeddings) => JSON.stringify({ embeddings, response_type: 'embeddings_floats' }),
});

describeEmbedder('the fourth cohere at bedrock', {
  ...suite,
  model: 'cohere.embed-v4:0',
  dimensions: 1536,
  shorter: 512,
  mostTexts: 96,
  purposes,
  answer: (float) => JSON.stringify({ embeddings: { float } }),
});

it('takes the count of tokens from the head of the answer', async () => {
  await using server = await openBedrockServer({ script: [] });
  const embedder = suite.connect(server, {});
  const request = { model: 'cohere.embed-english-v3', texts: ['twelve chars', 'four'] };
  expect((await embedder.embed(request, never)).inputTokens).toBe(4);
  expect(server.requests[0]?.path).toBe('/model/cohere.embed-english-v3/invoke');
});
