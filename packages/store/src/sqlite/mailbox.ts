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

/**
 * Replies handed out in one turn of the event loop. A group of writes is answered at once, and what each answer sets
 * off runs before the loop turns: all of a crowd in one turn would make everybody else wait for it.
 */
const mostPerTurn = 8;

/**
 * While a crowd is answered, what it asks next is held back until the last of it was: it leaves as one message and becomes one
 * group of writes, instead of many small ones. So many calls are a good group already, and wait for nobody.
 */
const mostHeld = 32;

export function createMailbox(deps: {
  post(text: string): void;
  /** Runs the task in a later turn of the event loop. */
  later(task: () => void): void;
  readonly now?: (() => number) | undefined;
}): Mailbox {
  const waiting = new Map<number, Waiting>();
  let next = 1;
  let calls: string[] = [];
  let failure: CuttleError | undefined;
  let arrived: Reply[] = [];
  const settle = ([id, value, failed]: Reply): void => {
    const asked = waiting.get(id);
    waiting.delete(id);
    if (failed) asked?.reject(fromFailure(failed));
    else asked?.resolve(value);
  };
  const handOut = (): void => {
    for (const reply of arrived.splice(0, mostPerTurn)) settle(reply);
    if (arrived.length > 0) deps.later(handOut);
    else if (calls.length > 0) deps.later(flush);
  };
  const flush = (): void => {
    if (calls.length === 0 || (arrived.length > 0 && calls.length < mostHeld)) return;
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
        const asked = calls.push(call);
        if (asked === 1 || asked === mostHeld) queueMicrotask(flush);
      }),
    receive(text) {
      const idle = arrived.length === 0;
      // Our own thread wrote it, in the shape of `Reply`.
      arrived.push(...(JSON.parse(text) as readonly Reply[]));
      if (idle) handOut();
    },
    fail(error) {
      failure ??= error;
      for (const reply of arrived.splice(0)) settle(reply);
      for (const asked of waiting.values()) asked.reject(failure);
      waiting.clear();
    },
    get waiting() {
      return waiting.size;
    },
  };
}
