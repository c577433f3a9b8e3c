import type { Usage } from '@cuttle/core-types';
import { optionalCounts, toCount } from '../exchange/counts.ts';
import type { AnthropicUsage } from './wire.ts';

/** Theirs counts cached tokens beside the input; ours includes them. */
export function toUsage(usage: AnthropicUsage): Usage {
  const read = toCount(usage.cache_read_input_tokens);
  const written = toCount(usage.cache_creation_input_tokens);
  return {
    inputTokens: toCount(usage.input_tokens) + read + written,
    outputTokens: toCount(usage.output_tokens),
    ...optionalCounts({
      cacheReadTokens: read,
      cacheWriteTokens: written,
      reasoningTokens: usage.output_tokens_details?.thinking_tokens,
    }),
  };
}
