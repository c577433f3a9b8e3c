import type { CuttleError } from '@cuttle/core-types/errors';
import { fromFailure, type Reply, toBatch } from './wire.ts';

/** The asking side of a thread: what is asked in one turn leaves as one message. */
export interface Mailbox {
  call(op: string, input?: unknown): Promise<unknown>;
  /** A text of replies. */
  receive(text: string): void;
  /** Nobody answers any more: everything that waits, and everything asked from now on, is rejected. */
  fail(error: CuttleError): void;
  readonly waiting: number;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

export function createMailbox(deps: {
  post(text: string): void;
  readonly now?: (() => number) | undefined;
}): Mailbox {
  const waiting = new Map<number, Waiting>();
  let next = 1;
  let calls: string[] = [];
  let failure: CuttleError | undefined;
  const flush = (): void => {
    if (calls.length === 0) return;
    const batch = toBatch(calls, deps.now?.());
    calls = [];
    deps.post(batch);
  };
  return {
    call: (op, input) =>
      new Promise((resolve, reject) => {
        if (failure) return reject(failure);
        const id = next++;
        // Here, so that what cannot be encoded (too deep, circular) fails alone and at its caller.
        const call = JSON.stringify([id, op, input]);
        waiting.set(id, { resolve, reject });
        if (calls.push(call) === 1) queueMicrotask(flush);
      }),
    receive(text) {
      // Our own thread wrote it, in the shape of `Reply`.
      for (const [id, value, failed] of JSON.parse(text) as readonly Reply[]) {
        const asked = waiting.get(id);
        waiting.delete(id);
        if (failed) asked?.reject(fromFailure(failed));
        else asked?.resolve(value);
      }
    },
    fail(error) {
      failure ??= error;
      for (const asked of waiting.values()) asked.reject(failure);
      waiting.clear();
    },
    get waiting() {
      return waiting.size;
    },
  };
}
