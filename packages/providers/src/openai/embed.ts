import type { Embedder, EmbeddingRequest } from '@cuttle/core-types/ports';
import { secretsOf } from '../common-options.ts';
import { type BatchAnswer, createEmbedder } from '../embedding/create-embedder.ts';
import { unusable } from '../embedding/read-vector.ts';
import { toCount } from '../exchange/counts.ts';
import { fetchWhole } from '../exchange/fetch-text.ts';
import { createOpener } from '../exchange/opener.ts';
import { readRecord } from '../exchange/read-record.ts';
import { createStrictFetch } from '../exchange/strict-fetch.ts';
import { toExchangeDeps } from '../provider-deps.ts';
import { openClient } from './client.ts';
import { OpenaiOptions } from './options.ts';
import type { OpenaiSettings } from './provider.ts';
import { type OpenaiQuirks, quirksFor } from './quirks.ts';
import { OpenaiEmbeddings } from './wire.ts';

/**
 * `POST /embeddings` of OpenAI and of every service that speaks it. Throws `ZodError` for wrong settings at once;
 * the SDK is loaded and the network is used with the first request.
 */
export function createOpenaiEmbedder(settings: OpenaiSettings): Embedder {
  const options = OpenaiOptions.parse(settings);
  const { fetch, timer } = toExchangeDeps(settings);
  const { id = 'openai' } = options;
  const strictFetch = createStrictFetch({ service: id, fetch, secrets: secretsOf(options) });
  const quirks = quirksFor(options.baseUrl, options.quirks);
  const deps = { service: id, limits: options, timer, maxBytes: options.maxAnswerBytes };
  const client = createOpener(() => openClient(options, strictFetch));
  return createEmbedder({
    id,
    limitsFor: () => ({ maxTexts: quirks.mostTexts, maxCharacters: quirks.mostCharacters }),
    async ask(batch, signal) {
      const body = encodeEmbeddings(batch, quirks);
      const { text } = await fetchWhole(
        deps,
        async (over) => (await client()).post('/embeddings', { body, signal: over }).asResponse(),
        signal,
      );
      return decodeEmbeddings(readRecord(OpenaiEmbeddings, text, id), { service: id, quirks });
    },
  });
}

/** https://platform.openai.com/docs/api-reference/embeddings/create. The purpose has no field there. */
export function encodeEmbeddings(
  { model, texts, dimensions }: EmbeddingRequest,
  { vectors, dimensionsField }: OpenaiQuirks,
): Readonly<Record<string, unknown>> {
  return {
    model,
    input: texts,
    ...(vectors !== 'unsaid' && { encoding_format: vectors }),
    ...(dimensions !== undefined && { [dimensionsField]: dimensions }),
  };
}

function decodeEmbeddings(
  { data, usage }: OpenaiEmbeddings,
  { service, quirks }: { readonly service: string; readonly quirks: OpenaiQuirks },
): BatchAnswer {
  const format = quirks.vectors === 'base64' ? 'base64' : 'float';
  const inputTokens = usage?.prompt_tokens ?? usage?.total_tokens;
  return {
    vectors: inOrder(data, service),
    format,
    inputTokens: inputTokens == null ? undefined : toCount(inputTokens),
  };
}

/** Each says which text it belongs to; where none does, they stand in the order of the texts. */
function inOrder(data: OpenaiEmbeddings['data'], service: string): readonly unknown[] {
  if (data.every(({ index }) => index == null)) return data.map(({ embedding }) => embedding);
  const ordered = data.toSorted((left, right) => (left.index ?? -1) - (right.index ?? -1));
  if (ordered.some(({ index }, at) => index !== at))
    throw unusable(service, 'the vectors do not say which texts they belong to');
  return ordered.map(({ embedding }) => embedding);
}
