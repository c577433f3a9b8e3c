import { z } from 'zod';
import type { ModelEntry } from '../common-options.ts';

/**
 * Where services that speak this dialect differ from its owner. Each preset names its own; the defaults are
 * what most compatible servers take.
 */
export const OpenaiQuirks = z.object({
  /** The field for the longest answer. Only OpenAI and Azure know the newer one everywhere. */
  maxTokensField: z.enum(['max_tokens', 'max_completion_tokens']),
  /** `stream_options.include_usage`; servers that refuse it send usage unasked or not at all. */
  streamUsage: z.boolean(),
  /** `prompt_cache_key`. */
  cacheKey: z.boolean(),
  /** How a thinking level is said, if at all. `thinking` is DeepSeek's, which thinks unless it is told not to. */
  thinking: z.enum(['reasoning_effort', 'reasoning', 'enable_thinking', 'thinking', 'none']),
  /** The field in which earlier thinking goes back. DeepSeek and Moonshot want it within a turn of tool calls. */
  replayThinking: z.enum(['reasoning_content', 'reasoning', 'none']),
  /** `reasoning_details` of OpenRouter, with signatures: replayed verbatim. */
  replayDetails: z.boolean(),
  /** PDF documents as `file` parts. */
  files: z.boolean(),
  /** Audio as `input_audio` parts. */
  audio: z.boolean(),
  /** Films as `video_url` parts: OpenAI has no such part, servers of open models and OpenRouter do. */
  video: z.boolean(),
  images: z.boolean(),
  /** Mistral's ids of tool calls have nine letters. */
  callIds: z.enum(['common', 'nine-letters']),
  /** How vectors are asked for: `encoding_format`, or without it, which is a list of numbers everywhere. Base64 is a quarter of the bytes. */
  vectors: z.enum(['base64', 'float', 'unsaid']),
  /** The field for shorter vectors. */
  dimensionsField: z.enum(['dimensions', 'output_dimension']),
  /** Texts to embed in one request. */
  mostTexts: z.int().positive(),
  /** Characters of all texts of one request. */
  mostCharacters: z.int().positive(),
});
export type OpenaiQuirks = z.infer<typeof OpenaiQuirks>;

const commonQuirks: OpenaiQuirks = {
  maxTokensField: 'max_tokens',
  streamUsage: true,
  cacheKey: false,
  thinking: 'reasoning_effort',
  replayThinking: 'none',
  replayDetails: false,
  files: false,
  audio: false,
  video: false,
  images: true,
  callIds: 'common',
  vectors: 'unsaid',
  dimensionsField: 'dimensions',
  mostTexts: 96,
  mostCharacters: 100_000,
};

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
  video: false,
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

/**
 * A compatible server is taken for a plain one unless its settings say otherwise. Who says of a model that it takes recordings, films or
 * documents says that its server does: there is one way to send them.
 */
export function quirksFor(
  baseUrl: string | undefined,
  stated: { readonly [Key in keyof OpenaiQuirks]?: OpenaiQuirks[Key] | undefined },
  models: readonly Pick<ModelEntry, 'inputs'>[] = [],
): OpenaiQuirks {
  const takes = (input: 'audio' | 'document' | 'video'): boolean =>
    models.some(({ inputs }) => inputs?.includes(input));
  const owner = baseUrl === undefined || new URL(baseUrl).host === new URL(openaiUrl).host;
  // What is stated as undefined is not stated.
  const said = Object.entries(stated).filter(([, value]) => value !== undefined);
  return OpenaiQuirks.parse({
    ...commonQuirks,
    ...(takes('audio') && { audio: true }),
    ...(takes('document') && { files: true }),
    ...(takes('video') && { video: true }),
    ...(owner && ownerQuirks),
    ...Object.fromEntries(said),
  });
}
