import { z } from 'zod';

/**
 * What we read of https://github.com/ollama/ollama/blob/main/docs/api.md. Anything may be added. The records of an answer are parsed for every word and
 * nothing else of them is kept, so what is not read is left out: that costs half of keeping it.
 */
const Text = z.string().nullish();
const Count = z.number().nullish();

const OllamaMessage = z.object({
  content: Text,
  thinking: Text,
  tool_calls: z
    .array(
      z.object({
        id: Text,
        function: z.object({ name: Text, arguments: z.json().optional() }).nullish(),
      }),
    )
    .nullish(),
});
export type OllamaMessage = z.infer<typeof OllamaMessage>;

export const OllamaRecord = z.object({
  message: OllamaMessage.nullish(),
  done: z.boolean().nullish(),
  done_reason: Text,
  prompt_eval_count: Count,
  eval_count: Count,
  error: z.unknown().optional(),
});
export type OllamaRecord = z.infer<typeof OllamaRecord>;

export const OllamaTags = z.looseObject({
  models: z.array(z.looseObject({ name: z.string() })).nullish(),
});
export type OllamaTags = z.infer<typeof OllamaTags>;

export const OllamaInstalled = z.looseObject({
  models: z.array(z.looseObject({ name: z.string(), digest: Text, size: Count })).nullish(),
});
export const OllamaLoaded = z.looseObject({
  models: z.array(z.looseObject({ name: z.string(), expires_at: Text })).nullish(),
});
export const OllamaProgress = z.looseObject({
  status: Text,
  digest: Text,
  completed: Count,
  total: Count,
  error: z.unknown().optional(),
});
export const OllamaVersion = z.looseObject({ version: z.string() });

/** https://docs.ollama.com/api/embed. Each number of a vector is looked at where it is read. */
export const OllamaEmbeddings = z.looseObject({
  embeddings: z.array(z.unknown()),
  prompt_eval_count: Count,
});
