import type { ModelRequest } from '@cuttle/core-types/ports';
import type { OpenaiModelRule } from '../openai/model-rules.ts';
import type { Turn } from '../transcript/prepare-transcript.ts';
import type { WireNames } from '../transcript/wire-names.ts';
import type { ResponsesRemedy } from './remedies.ts';

/** What every part of an encoding may look at. */
export interface ResponsesChoices {
  readonly request: ModelRequest;
  readonly rule: OpenaiModelRule;
  readonly applied: ReadonlySet<ResponsesRemedy>;
  readonly names: WireNames;
  readonly turns: readonly Turn[];
}
