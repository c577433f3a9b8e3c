import { noUsage, type Usage } from '@cuttle/core-types';
import { optionalCounts, toCount } from '../exchange/counts.ts';
import type { ResponsesUsage } from './wire.ts';

/** Cached tokens are counted inside the input, reasoning inside the output. */
export function toUsage(usage: ResponsesUsage | null | undefined): Usage {
  if (!usage) return noUsage;
  return {
    inputTokens: toCount(usage.input_tokens),
    outputTokens: toCount(usage.output_tokens),
    ...optionalCounts({
      cacheReadTokens: usage.input_tokens_details?.cached_tokens,
      cacheWriteTokens: usage.input_tokens_details?.cache_write_tokens,
      reasoningTokens: usage.output_tokens_details?.reasoning_tokens,
    }),
  };
}
