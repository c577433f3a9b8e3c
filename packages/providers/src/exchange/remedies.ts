import { isCuttleError } from '@cuttle/core-types/errors';
import type { ModelEvent } from '@cuttle/core-types/ports';

/** A refusal that we know how to meet by asking in another way. */
export interface Remedy<Name extends string> {
  readonly name: Name;
  /** Tested against the message of a `provider.invalid` failure. */
  readonly refusal: RegExp;
  /** What is wrong with one conversation says nothing of the next. Default: it holds for the model. */
  readonly holdsFor?: 'request';
}

export interface RemedyBook<Name extends string> {
  /**
   * Streams an answer; where the service refuses the request for a reason in the table, asks once more with that
   * remedy, before anything was yielded. What helped is remembered for the model.
   */
  stream(
    model: string,
    attempt: (applied: ReadonlySet<Name>) => AsyncGenerator<ModelEvent, void, void>,
    signal: AbortSignal,
  ): AsyncIterable<ModelEvent>;
}

const maxModels = 200;

export function createRemedyBook<Name extends string>(
  remedies: readonly Remedy<Name>[],
): RemedyBook<Name> {
  const helped = new Map<string, ReadonlySet<Name>>();
  const findRemedy = (error: unknown, applied: ReadonlySet<Name>): Remedy<Name> | undefined =>
    isCuttleError(error, 'provider.invalid')
      ? remedies.find(({ name, refusal }) => !applied.has(name) && refusal.test(error.message))
      : undefined;
  const remember = (model: string, { name, holdsFor }: Remedy<Name>): void => {
    if (holdsFor === 'request' || helped.size >= maxModels) return;
    helped.set(model, new Set([...(helped.get(model) ?? []), name]));
  };
  return {
    stream: (model, attempt, signal) => ({
      // No generator around the answer: each event would pay for it.
      [Symbol.asyncIterator]() {
        let applied = helped.get(model) ?? new Set<Name>();
        let answer = attempt(applied);
        let begun = false;
        const tried: Remedy<Name>[] = [];
        const begin = async (): Promise<IteratorResult<ModelEvent, void>> => {
          for (;;) {
            try {
              const first = await answer.next();
              begun = true;
              for (const remedy of tried) remember(model, remedy);
              return first;
            } catch (error) {
              signal.throwIfAborted();
              const remedy = findRemedy(error, applied);
              if (!remedy) throw error;
              applied = new Set([...applied, remedy.name]);
              tried.push(remedy);
              answer = attempt(applied);
            }
          }
        };
        return {
          next: () => (begun ? answer.next() : begin()),
          return: () => answer.return(),
        };
      },
    }),
  };
}
