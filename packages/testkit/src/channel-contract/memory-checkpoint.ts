import type { Json } from '@cuttle/core-types';
import type { Checkpoint } from '@cuttle/core-types/ports';
import { createChanges } from '../signals.ts';

/** A checkpoint that outlives the channels of a case, as a row does. */
export interface MemoryCheckpoint extends Checkpoint {
  readonly value: Json | undefined;
  /** Like a platform's own: asked now and after each `put`. */
  waitFor<T>(predicate: () => T | undefined | false | null, signal: AbortSignal): Promise<T>;
}

export function createMemoryCheckpoint(): MemoryCheckpoint {
  const changes = createChanges();
  let value: Json | undefined;
  return {
    get value() {
      return value;
    },
    read: () => Promise.resolve(value),
    put(checkpoint) {
      value = checkpoint;
      changes.notify();
      return Promise.resolve();
    },
    waitFor: (predicate, signal) => changes.waitFor(predicate, signal),
  };
}
