import type { Changes } from '../signals.ts';

/** The one place where a long poll waits. */
export interface PollSlot {
  /** 0 or 1. */
  readonly waiting: number;
  /** Resolves when woken or after `timeoutMs`; rejects when refused, or at once when the poller goes away. */
  wait(timeoutMs: number, signal: AbortSignal): Promise<void>;
  wake(): void;
  refuse(error: Error): void;
}

interface Waiter {
  wake(): void;
  refuse(error: Error): void;
}

export function createPollSlot(changes: Changes): PollSlot {
  let waiter: Waiter | undefined;
  return {
    get waiting() {
      return waiter === undefined ? 0 : 1;
    },
    wake: () => waiter?.wake(),
    refuse: (error) => waiter?.refuse(error),
    wait: (timeoutMs, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(new Error('The poller dropped its connection'));
          return;
        }
        const leave = (): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', onAbort);
          if (waiter === own) waiter = undefined;
          changes.notify();
        };
        const own: Waiter = {
          // Updates made in the same turn of the event loop travel together.
          wake: () =>
            queueMicrotask(() => {
              leave();
              resolve();
            }),
          refuse: (error) => {
            leave();
            reject(error);
          },
        };
        const onAbort = (): void => own.refuse(new Error('The poller dropped its connection'));
        const timer = setTimeout(() => own.wake(), timeoutMs);
        signal.addEventListener('abort', onAbort, { once: true });
        waiter = own;
        changes.notify();
      }),
  };
}
