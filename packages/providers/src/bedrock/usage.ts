import type { Usage } from '@cuttle/core-types';
import { optionalCounts, toCount } from '../exchange/counts.ts';
import type { BedrockUsage } from './wire.ts';

/** Theirs counts cached tokens beside the input, and reasoning within the output without saying how much. */
export function toUsage(usage: BedrockUsage): Usage {
  const cacheReadTokens = toCount(usage.cacheReadInputTokens);
  const cacheWriteTokens = toCount(usage.cacheWriteInputTokens);
  return {
    inputTokens: toCount(usage.inputTokens) + cacheReadTokens + cacheWriteTokens,
    outputTokens: toCount(usage.outputTokens),
    ...optionalCounts({ cacheReadTokens, cacheWriteTokens }),
  };
}
