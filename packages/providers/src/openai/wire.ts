import { z } from 'zod';

/**
 * What we read of https://platform.openai.com/docs/api-reference/chat/streaming, and of what compatible
 * services add to it. Everything may be missing, and anything may be added. A chunk is parsed for every word and nothing else of it
 * is kept, so what is not read is left out: that costs half of keeping it.
 */
const Text = z.string().nullish();
const Count = z.number().nullish();

export const OpenaiUsage = z.object({
  prompt_tokens: Count,
  completion_tokens: Count,
  total_tokens: Count,
  prompt_tokens_details: z.object({ cached_tokens: Count, cache_write_tokens: Count }).nullish(),
  completion_tokens_details: z.object({ reasoning_tokens: Count }).nullish(),
  /** DeepSeek. */
  prompt_cache_hit_tokens: Count,
});
export type OpenaiUsage = z.infer<typeof OpenaiUsage>;

export const OpenaiCallDelta = z.object({
  index: z.number().nullish(),
  id: Text,
  function: z
    .object({
      name: Text,
      arguments: z.union([z.string(), z.record(z.string(), z.json())]).nullish(),
    })
    .nullish(),
  /** Google's thought signatures in its compatible interface. */
  extra_content: z.json().optional(),
});
export type OpenaiCallDelta = z.infer<typeof OpenaiCallDelta>;

/** Mistral's Magistral answers with a list of parts. */
const OpenaiContentPart = z.object({
  type: Text,
  text: Text,
  thinking: z.union([z.string(), z.array(z.object({ text: Text }))]).nullish(),
});

export type OpenaiContentPart = z.infer<typeof OpenaiContentPart>;

export const OpenaiDelta = z.object({
  content: z.union([z.string(), z.array(OpenaiContentPart)]).nullish(),
  /** DeepSeek, xAI, Moonshot, Alibaba. */
  reasoning_content: Text,
  /** Groq, Cerebras, OpenRouter, Ollama. */
  reasoning: Text,
  /** OpenRouter. */
  reasoning_details: z.array(z.record(z.string(), z.json())).nullish(),
  refusal: Text,
  tool_calls: z.array(OpenaiCallDelta).nullish(),
  /** The predecessor of `tool_calls`. */
  function_call: z.object({ name: Text, arguments: Text }).nullish(),
});
export type OpenaiDelta = z.infer<typeof OpenaiDelta>;

const OpenaiChoice = z.object({
  index: z.number().nullish(),
  delta: OpenaiDelta.nullish(),
  /** An answer that was not streamed. */
  message: OpenaiDelta.nullish(),
  finish_reason: Text,
  /** Moonshot. */
  usage: OpenaiUsage.nullish(),
});

export type OpenaiChoice = z.infer<typeof OpenaiChoice>;

export const OpenaiChunk = z.object({
  object: Text,
  choices: z.array(OpenaiChoice).nullish(),
  usage: OpenaiUsage.nullish(),
  /** Groq. */
  x_groq: z.object({ usage: OpenaiUsage.nullish() }).nullish(),
  error: z.unknown().optional(),
});
export type OpenaiChunk = z.infer<typeof OpenaiChunk>;

/** https://platform.openai.com/docs/api-reference/models/list, with what compatible services add. */
export const OpenaiModels = z.looseObject({
  data: z
    .array(
      z.looseObject({
        id: z.string(),
        context_length: Count,
        context_window: Count,
        max_model_len: Count,
        max_completion_tokens: Count,
      }),
    )
    .nullish(),
});
export type OpenaiModels = z.infer<typeof OpenaiModels>;

/** https://platform.openai.com/docs/api-reference/embeddings/object. Each number of a vector is looked at where it is read. */
/** https://platform.openai.com/docs/api-reference/audio/json-object and its verbose form. */
export const OpenaiTranscription = z.looseObject({
  text: z.string(),
  duration: z.union([z.number(), z.string()]).nullish(),
  usage: z
    .looseObject({
      seconds: z.number().nullish(),
      input_tokens: z.number().nullish(),
      output_tokens: z.number().nullish(),
    })
    .nullish()
    .catch(undefined),
});
export type OpenaiTranscription = z.infer<typeof OpenaiTranscription>;

export const OpenaiEmbeddings = z.looseObject({
  data: z.array(z.looseObject({ index: Count, embedding: z.unknown() })),
  usage: OpenaiUsage.nullish(),
});
export type OpenaiEmbeddings = z.infer<typeof OpenaiEmbeddings>;
