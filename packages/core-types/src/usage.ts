import { z } from 'zod';

/** Tokens of one or more model calls. `inputTokens` includes what was read from or written to a cache. */
export const Usage = z.object({
  inputTokens: z.int().nonnegative(),
  outputTokens: z.int().nonnegative(),
  cacheReadTokens: z.int().nonnegative().optional(),
  cacheWriteTokens: z.int().nonnegative().optional(),
  /** Part of `outputTokens`. */
  reasoningTokens: z.int().nonnegative().optional(),
  /** Of a recording, where a service bills by time. */
  audioSeconds: z.int().nonnegative().optional(),
});
export type Usage = z.infer<typeof Usage>;
