import { isCuttleError } from '@cuttle/core-types/errors';
import type { ModelEvent } from '@cuttle/core-types/ports';

/** A refusal that we know how to meet by asking in another way. */
export interface Remedy<Name extends string> {
  readonly name: Name;
  /** Tested against the message of a `provider.invalid` failure. */
  readonly refusal: RegExp;
}

export interface RemedyBook<Name extends string> {
  /**
   * Streams an answer; where the service refuses the request for a reason in the table, asks once more with that
   * remedy, before anything was yielded. What helped is remembered for the model.
   */
  stream(
    model: string,
    attempt: (applied: ReadonlySet<Name>) => AsyncIterable<ModelEvent>,
    signal: AbortSignal,
  ): AsyncGenerator<ModelEvent, void, void>;
}

const maxModels = 200;

export function createRemedyBook<Name extends string>(
  remedies: readonly Remedy<Name>[],
): RemedyBook<Name> {
  const helped = new Map<string, ReadonlySet<Name>>();
  return {
    async *stream(model, attempt, signal) {
      let applied = helped.get(model) ?? new Set<Name>();
      for (;;) {
        let silent = true;
        try {
          for await (const event of attempt(applied)) {
            silent = false;
            yield event;
          }
          return;
        } catch (error) {
          signal.throwIfAborted();
          if (!silent || !isCuttleError(error, 'provider.invalid')) throw error;
          const next = remedies.find(
            ({ name, refusal }) => !applied.has(name) && refusal.test(error.message),
          );
          if (!next) throw error;
          applied = new Set([...applied, next.name]);
          if (helped.size < maxModels) helped.set(model, applied);
        }
      }
    },
  };
}
