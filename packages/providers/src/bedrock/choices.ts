import type { Json } from '@cuttle/core-types';
import type { ModelRequest } from '@cuttle/core-types/ports';
import type { Turn } from '../transcript/prepare-transcript.ts';
import type { WireNames } from '../transcript/wire-names.ts';
import type { BedrockModelRule } from './model-rules.ts';
import type { BedrockRemedy } from './remedies.ts';

export interface BedrockEncoding {
  readonly promptCaching: 'on' | 'off';
  readonly maxOutputTokens?: number | undefined;
  readonly requestFields?: Readonly<Record<string, Json>> | undefined;
}

/** What every part of an encoding may look at. */
export interface BedrockChoices {
  readonly request: ModelRequest;
  readonly rule: BedrockModelRule;
  readonly applied: ReadonlySet<BedrockRemedy>;
  readonly options: BedrockEncoding;
  readonly names: WireNames;
  readonly turns: readonly Turn[];
}

const mark: Json = { cachePoint: { type: 'default' } };

/** https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html: a mark stands behind what repeats. */
export function cachePoint(
  place: 'system' | 'elsewhere',
  { options, applied, rule }: BedrockChoices,
): readonly Json[] {
  if (options.promptCaching === 'off' || applied.has('without-cache-points')) return [];
  if (rule.cachePoints === 'nowhere') return [];
  return place === 'system' || rule.cachePoints === 'everywhere' ? [mark] : [];
}
