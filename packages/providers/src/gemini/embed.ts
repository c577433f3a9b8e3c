import type { Json } from '@cuttle/core-types';
import type { Embedder, EmbeddingPurpose, EmbeddingRequest } from '@cuttle/core-types/ports';
import { secretsOf } from '../common-options.ts';
import { type BatchAnswer, createEmbedder } from '../embedding/create-embedder.ts';
import type { BatchLimits } from '../embedding/to-batches.ts';
import { toCount } from '../exchange/counts.ts';
import { fetchWhole } from '../exchange/fetch-text.ts';
import { readRecord } from '../exchange/read-record.ts';
import { createStrictFetch } from '../exchange/strict-fetch.ts';
import { toExchangeDeps } from '../provider-deps.ts';
import { createClient } from './client.ts';
import { GeminiOptions } from './options.ts';
import type { GeminiSettings } from './provider.ts';
import { GeminiEmbeddings, VertexPredictions } from './wire.ts';

/** "BatchEmbedContentsRequest.requests: at most 100 requests can be in one batch" */
const ownLimits: BatchLimits = { maxTexts: 100, maxCharacters: 500_000 };
/**
 * https://cloud.google.com/vertex-ai/generative-ai/docs/embeddings/get-text-embeddings: 250 texts and 20,000 tokens; one text for
 * the models that are called Gemini.
 */
const vertexLimits: BatchLimits = { maxTexts: 250, maxCharacters: 20_000 };
const singleLimits: BatchLimits = { maxTexts: 1, maxCharacters: 20_000, atOnce: 4 };

/**
 * `batchEmbedContents` of Google's Gemini API, and `predict` at Vertex AI. Throws `ZodError` for wrong settings at once;
 * the SDK is loaded and the network is used with the first request.
 */
export function createGeminiEmbedder(settings: GeminiSettings): Embedder {
  const options = GeminiOptions.parse(settings);
  const { fetch, timer } = toExchangeDeps(settings);
  const { id = 'gemini', vertex } = options;
  const strictFetch = createStrictFetch({ service: id, fetch, secrets: secretsOf(options) });
  const deps = { service: id, limits: options, timer, maxBytes: options.maxAnswerBytes };
  const client = createClient(options, strictFetch);
  return createEmbedder({
    id,
    limitsFor(model) {
      if (!vertex) return ownLimits;
      return model.startsWith('gemini-') ? singleLimits : vertexLimits;
    },
    async ask(batch, signal) {
      const { model } = batch;
      const { text } = await fetchWhole(
        deps,
        (over) =>
          vertex
            ? client.predict({ model, body: encodePredict(batch) }, over)
            : client.embed({ model, requests: encodeEmbedContents(batch) }, over),
        signal,
      );
      return vertex ? decodePredictions(text, id) : decodeEmbeddings(text, id);
    },
  });
}

/** https://ai.google.dev/gemini-api/docs/embeddings#supported-task-types */
const taskTypes: Readonly<Record<EmbeddingPurpose, string>> = {
  document: 'RETRIEVAL_DOCUMENT',
  query: 'RETRIEVAL_QUERY',
};

/** gemini-embedding-2 is told by words in the text itself; the field is of the models before it. */
function takesTaskType(model: string): boolean {
  return !/gemini-embedding-[2-9]/.test(model);
}

/** https://ai.google.dev/api/embeddings#method:-models.batchembedcontents; the SDK adds the model to each. */
export function encodeEmbedContents({
  model,
  texts,
  purpose,
  dimensions,
}: EmbeddingRequest): readonly Json[] {
  return texts.map((text) => ({
    content: { role: 'user', parts: [{ text }] },
    ...(purpose !== undefined && takesTaskType(model) && { taskType: taskTypes[purpose] }),
    ...(dimensions !== undefined && { outputDimensionality: dimensions }),
  }));
}

/** A text that is too long is refused, not cut without a word. */
export function encodePredict({ model, texts, purpose, dimensions }: EmbeddingRequest): Json {
  return {
    instances: texts.map((content) => ({
      content,
      ...(purpose !== undefined && takesTaskType(model) && { task_type: taskTypes[purpose] }),
    })),
    parameters: {
      autoTruncate: false,
      ...(dimensions !== undefined && { outputDimensionality: dimensions }),
    },
  };
}

function decodeEmbeddings(text: string, service: string): BatchAnswer {
  const { embeddings, usageMetadata } = readRecord(GeminiEmbeddings, text, service);
  const stated = usageMetadata?.promptTokenCount;
  return {
    vectors: embeddings.map(({ values }) => values),
    format: 'float',
    inputTokens: stated == null ? undefined : toCount(stated),
  };
}

function decodePredictions(text: string, service: string): BatchAnswer {
  const { predictions } = readRecord(VertexPredictions, text, service);
  const counts = predictions.map(({ embeddings }) => embeddings.statistics?.token_count);
  return {
    vectors: predictions.map(({ embeddings }) => embeddings.values),
    format: 'float',
    inputTokens: counts.some((count) => count == null)
      ? undefined
      : counts.reduce<number>((sum, count) => sum + toCount(count), 0),
  };
}
