import { noUsage, type Usage } from '@cuttle/core-types';
import { optionalCounts, toCount } from '../exchange/counts.ts';
import type { OpenaiUsage } from './wire.ts';

/**
 * xAI counts reasoning beside the completion, everybody else inside it; the total tells.
 * https://docs.cloud.google.com/vertex-ai/generative-ai/docs/partner-models/grok/capabilities/reasoning
 */
export function toUsage(usage: OpenaiUsage | undefined): Usage {
  if (!usage) return noUsage;
  const { prompt_tokens_details: prompt, completion_tokens_details: completion } = usage;
  const inputTokens = toCount(usage.prompt_tokens);
  const answer = toCount(usage.completion_tokens);
  const reasoningTokens = toCount(completion?.reasoning_tokens);
  const beside = toCount(usage.total_tokens) === inputTokens + answer + reasoningTokens;
  return {
    inputTokens,
    outputTokens: beside ? answer + reasoningTokens : answer,
    ...optionalCounts({
      cacheReadTokens: prompt?.cached_tokens ?? usage.prompt_cache_hit_tokens,
      cacheWriteTokens: prompt?.cache_write_tokens,
      reasoningTokens,
    }),
  };
}
