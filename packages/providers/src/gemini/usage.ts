import type { Usage } from '@cuttle/core-types';
import { optionalCounts, toCount } from '../exchange/counts.ts';
import type { GeminiUsage } from './wire.ts';

/** Theirs counts thoughts beside the candidates, and what was cached inside the prompt; so does ours, but for the thoughts. */
export function toUsage(usage: GeminiUsage): Usage {
  const reasoningTokens = toCount(usage.thoughtsTokenCount);
  return {
    inputTokens: toCount(usage.promptTokenCount),
    outputTokens: toCount(usage.candidatesTokenCount) + reasoningTokens,
    ...optionalCounts({ cacheReadTokens: usage.cachedContentTokenCount, reasoningTokens }),
  };
}
