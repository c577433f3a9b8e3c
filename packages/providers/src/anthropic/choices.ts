import type { Json } from '@cuttle/core-types';
import type { ModelRequest } from '@cuttle/core-types/ports';
import type { Turn } from '../transcript/prepare-transcript.ts';
import type { WireNames } from '../transcript/wire-names.ts';
import type { AnthropicModelRule } from './model-rules.ts';
import type { AnthropicRemedy } from './remedies.ts';

export interface AnthropicEncoding {
  readonly promptCaching: 'on' | 'off';
  readonly maxOutputTokens?: number | undefined;
  readonly apiVersion?: string | undefined;
}

/** What every part of an encoding may look at. */
export interface AnthropicChoices {
  readonly request: ModelRequest;
  readonly rule: AnthropicModelRule;
  readonly applied: ReadonlySet<AnthropicRemedy>;
  readonly options: AnthropicEncoding;
  readonly names: WireNames;
  readonly turns: readonly Turn[];
}

/** https://platform.claude.com/docs/en/build-with-claude/prompt-caching: up to four marks, each at the end of what repeats. */
export function cacheMark({ options, applied }: AnthropicChoices): { cache_control?: Json } {
  if (options.promptCaching === 'off' || applied.has('without-cache-marks')) return {};
  return { cache_control: { type: 'ephemeral' } };
}
