import { z } from 'zod';

/**
 * Where services that speak this dialect differ from its owner. Each preset names its own; the defaults are
 * what most compatible servers take.
 */
export const OpenaiQuirks = z.object({
  /** The field for the longest answer. Only OpenAI and Azure know the newer one everywhere. */
  maxTokensField: z.enum(['max_tokens', 'max_completion_tokens']).default('max_tokens'),
  /** `stream_options.include_usage`; servers that refuse it send usage unasked or not at all. */
  streamUsage: z.boolean().default(true),
  /** `prompt_cache_key`. */
  cacheKey: z.boolean().default(false),
  /** How a thinking level is said, if at all. */
  thinking: z
    .enum(['reasoning_effort', 'reasoning', 'enable_thinking', 'none'])
    .default('reasoning_effort'),
  /** The field in which earlier thinking goes back. DeepSeek and Moonshot want it within a turn of tool calls. */
  replayThinking: z.enum(['reasoning_content', 'reasoning', 'none']).default('none'),
  /** `reasoning_details` of OpenRouter, with signatures: replayed verbatim. */
  replayDetails: z.boolean().default(false),
  /** PDF documents as `file` parts. */
  files: z.boolean().default(false),
  /** Audio as `input_audio` parts. */
  audio: z.boolean().default(false),
  images: z.boolean().default(true),
  /** Mistral's ids of tool calls have nine letters. */
  callIds: z.enum(['common', 'nine-letters']).default('common'),
  /** How vectors are asked for: `encoding_format`, or without it, which is a list of numbers everywhere. Base64 is a quarter of the bytes. */
  vectors: z.enum(['base64', 'float', 'unsaid']).default('unsaid'),
  /** The field for shorter vectors. */
  dimensionsField: z.enum(['dimensions', 'output_dimension']).default('dimensions'),
  /** Texts to embed in one request. */
  mostTexts: z.int().positive().default(96),
  /** Characters of all texts of one request. */
  mostCharacters: z.int().positive().default(100_000),
});
export type OpenaiQuirks = z.infer<typeof OpenaiQuirks>;

/** OpenAI itself: https://platform.openai.com/docs/api-reference/chat/create */
export const ownerQuirks: OpenaiQuirks = {
  maxTokensField: 'max_completion_tokens',
  streamUsage: true,
  cacheKey: true,
  thinking: 'reasoning_effort',
  replayThinking: 'none',
  replayDetails: false,
  files: true,
  audio: true,
  images: true,
  callIds: 'common',
  // https://platform.openai.com/docs/api-reference/embeddings/create: 2048 texts, of 300,000 tokens in all. A character is three
  // tokens at most; fewer texts than allowed, so that an answer is read in one go without being felt.
  vectors: 'base64',
  dimensionsField: 'dimensions',
  mostTexts: 256,
  mostCharacters: 100_000,
};

export const openaiUrl = 'https://api.openai.com/v1';

/** A compatible server is taken for a plain one unless its settings say otherwise. */
export function quirksFor(
  baseUrl: string | undefined,
  stated: { readonly [Key in keyof OpenaiQuirks]?: OpenaiQuirks[Key] | undefined },
): OpenaiQuirks {
  const owner = baseUrl === undefined || new URL(baseUrl).host === new URL(openaiUrl).host;
  return OpenaiQuirks.parse({ ...(owner && ownerQuirks), ...stated });
}
