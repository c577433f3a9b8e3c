import { CuttleError } from '@cuttle/core-types/errors';
import type { Clock, Transcriber } from '@cuttle/core-types/ports';
import {
  createRetryingTranscriber,
  providerDefinitions,
  type TranscriptionDefinition,
} from '@cuttle/providers';
import { unknownModel } from './model-routes.ts';
import type { ProviderEntry } from './model-source.ts';

export interface ResolvedTranscriber {
  readonly ref: string;
  readonly model: string;
  readonly transcriber: Transcriber;
}

interface TranscriptionRouteDeps {
  readonly clock: Clock;
  readonly random: () => number;
  open(definition: TranscriptionDefinition, entry: ProviderEntry): Transcriber;
}

/**
 * From `<provider>/<model>` to a transcriber with the provider's first key, which asks again after a failure that may pass. Each is made when first asked
 * for. Throws `model.unknown`, also for a provider that transcribes nothing.
 */
export function createTranscriptionRoutes(
  deps: TranscriptionRouteDeps,
  entries: readonly ProviderEntry[],
): (ref: string) => ResolvedTranscriber {
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const made = new Map<string, Transcriber>();
  const make = (entry: ProviderEntry): Transcriber => {
    const definition = providerDefinitions.find(({ id }) => id === entry.kind)?.transcription;
    if (!definition)
      throw new CuttleError(
        'model.unknown',
        `The provider "${entry.id}" (${entry.kind}) transcribes no recordings.`,
      );
    return createRetryingTranscriber(deps.open(definition, entry), deps);
  };
  return (ref) => {
    const slash = ref.indexOf('/');
    const entry = slash > 0 ? byId.get(ref.slice(0, slash)) : undefined;
    const model = ref.slice(slash + 1);
    if (!entry || model === '') throw unknownModel(ref);
    const transcriber = made.get(entry.id) ?? make(entry);
    made.set(entry.id, transcriber);
    return { ref, model, transcriber };
  };
}
