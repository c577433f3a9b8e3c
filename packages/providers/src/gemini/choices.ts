import type { ModelRequest } from '@cuttle/core-types/ports';
import type { Turn } from '../transcript/prepare-transcript.ts';
import type { WireNames } from '../transcript/wire-names.ts';
import type { GeminiModelRule } from './model-rules.ts';
import type { GeminiRemedy } from './remedies.ts';

/** What every part of an encoding may look at. */
export interface GeminiChoices {
  readonly request: ModelRequest;
  readonly rule: GeminiModelRule;
  readonly applied: ReadonlySet<GeminiRemedy>;
  readonly names: WireNames;
  readonly turns: readonly Turn[];
}
