import { z } from 'zod';

/** https://platform.openai.com/docs/api-reference/embeddings/create: texts of one request at most. */
export const mostTexts = 2048;

const Tokens = z.array(z.int()).min(1);

/** The request of `/v1/embeddings`; unknown fields pass. */
export const EmbeddingsRequest = z.looseObject({
  model: z.string().min(1),
  input: z.union([
    z.string().min(1, 'an empty text has no embedding'),
    z.array(z.string().min(1, 'an empty text has no embedding')).min(1).max(mostTexts),
    Tokens,
    z.array(Tokens).min(1),
  ]),
  encoding_format: z.enum(['float', 'base64']).nullish(),
  dimensions: z.int().positive().max(100_000).nullish(),
});
export type EmbeddingsRequest = z.infer<typeof EmbeddingsRequest>;
