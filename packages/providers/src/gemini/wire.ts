import { z } from 'zod';

/**
 * What we read of https://ai.google.dev/api/generate-content#v1beta.GenerateContentResponse. Loose: everything may be
 * missing, and what we do not know is kept as it is.
 */
const Text = z.string().nullish();
const Count = z.number().nullish();

export const GeminiUsage = z.looseObject({
  promptTokenCount: Count,
  candidatesTokenCount: Count,
  thoughtsTokenCount: Count,
  cachedContentTokenCount: Count,
});
export type GeminiUsage = z.infer<typeof GeminiUsage>;

export const GeminiPart = z.looseObject({
  text: Text,
  thought: z.boolean().nullish(),
  thoughtSignature: Text,
  functionCall: z.looseObject({ id: Text, name: Text, args: z.json().optional() }).nullish(),
});
export type GeminiPart = z.infer<typeof GeminiPart>;

const GeminiCandidate = z.looseObject({
  index: z.number().nullish(),
  content: z.looseObject({ parts: z.array(GeminiPart).nullish() }).nullish(),
  finishReason: Text,
  finishMessage: Text,
});
export type GeminiCandidate = z.infer<typeof GeminiCandidate>;

export const GeminiChunk = z.looseObject({
  candidates: z.array(GeminiCandidate).nullish(),
  promptFeedback: z.looseObject({ blockReason: Text, blockReasonMessage: Text }).nullish(),
  usageMetadata: GeminiUsage.nullish(),
  error: z.unknown().optional(),
});
export type GeminiChunk = z.infer<typeof GeminiChunk>;

/** Without `alt=sse`, which a proxy may lose, the chunks of a stream are one list. */
export const GeminiChunks = z.union([
  z.array(GeminiChunk),
  GeminiChunk.transform((chunk) => [chunk]),
]);

/** https://ai.google.dev/api/models and https://cloud.google.com/vertex-ai/docs/reference/rest/v1beta1/publishers.models/list */
export const GeminiModels = z.looseObject({
  models: z
    .array(
      z.looseObject({
        name: z.string(),
        inputTokenLimit: Count,
        outputTokenLimit: Count,
        supportedGenerationMethods: z.array(z.string()).nullish(),
      }),
    )
    .nullish(),
  publisherModels: z.array(z.looseObject({ name: z.string() })).nullish(),
});
export type GeminiModels = z.infer<typeof GeminiModels>;

/** https://ai.google.dev/api/embeddings. Each number of a vector is looked at where it is read. */
export const GeminiEmbeddings = z.looseObject({
  embeddings: z.array(z.looseObject({ values: z.unknown() })),
  usageMetadata: z.looseObject({ promptTokenCount: Count }).nullish(),
});

/** https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api */
export const VertexPredictions = z.looseObject({
  predictions: z.array(
    z.looseObject({
      embeddings: z.looseObject({
        values: z.unknown(),
        statistics: z.looseObject({ token_count: Count }).nullish(),
      }),
    }),
  ),
});
