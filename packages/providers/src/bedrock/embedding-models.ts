import type { Json } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import type { EmbeddingPurpose, EmbeddingRequest } from '@cuttle/core-types/ports';
import type { BatchAnswer } from '../embedding/create-embedder.ts';
import type { BatchLimits } from '../embedding/to-batches.ts';
import { toCount } from '../exchange/counts.ts';
import type { WholeText } from '../exchange/fetch-text.ts';
import { readRecord } from '../exchange/read-record.ts';
import { CohereEmbeddings, TitanEmbedding } from './wire.ts';

/** How one family of models is asked by InvokeModel, whose body is the vendor's own. */
export interface EmbeddingFamily {
  readonly match: RegExp;
  readonly limits: BatchLimits;
  encode(request: EmbeddingRequest): Json;
  decode(answer: WholeText, service: string): BatchAnswer;
}

const inputTypes: Readonly<Record<EmbeddingPurpose, string>> = {
  document: 'search_document',
  query: 'search_query',
};

const families: readonly EmbeddingFamily[] = [
  {
    // https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html: one text, of 50,000 characters
    match: /amazon\.titan-embed-text/,
    limits: { maxTexts: 1, maxCharacters: 50_000, atOnce: 4 },
    encode: ({ model, texts: [inputText = ''], dimensions }) =>
      /text-v2/.test(model)
        ? { inputText, ...(dimensions !== undefined && { dimensions }), normalize: true }
        : { inputText },
    decode({ text }, service) {
      const { embedding, inputTextTokenCount } = readRecord(TitanEmbedding, text, service);
      const inputTokens = inputTextTokenCount == null ? undefined : toCount(inputTextTokenCount);
      return { vectors: [embedding], format: 'float', inputTokens };
    },
  },
  {
    // https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed.html: 96 texts
    match: /cohere\.embed-/,
    limits: { maxTexts: 96, maxCharacters: 200_000 },
    encode: ({ model, texts, purpose = 'document', dimensions }) => ({
      texts: [...texts],
      input_type: inputTypes[purpose],
      truncate: 'NONE',
      ...(/embed-v4/.test(model) && {
        embedding_types: ['float'],
        ...(dimensions !== undefined && { output_dimension: dimensions }),
      }),
    }),
    decode({ text, headers }, service) {
      const { embeddings } = readRecord(CohereEmbeddings, text, service);
      const stated = headers.get('x-amzn-bedrock-input-token-count');
      return {
        vectors: Array.isArray(embeddings) ? embeddings : embeddings.float,
        format: 'float',
        inputTokens: stated === null ? undefined : toCount(Number(stated)),
      };
    },
  },
];

/** Throws `provider.invalid` for a model of another family. */
export function readFamily(model: string, service: string): EmbeddingFamily {
  const family = families.find(({ match }) => match.test(model));
  if (family) return family;
  throw new CuttleError(
    'provider.invalid',
    `${service} is not known to embed texts by ${JSON.stringify(model.slice(0, 200))}.`,
    { hint: 'Choose amazon.titan-embed-text-v2:0, or one of the models cohere.embed-….' },
  );
}
