import type { Clock } from '@cuttle/core-types/ports';

/** A clock whose sleeps end at once and move its time, and which remembers them. */
export interface InstantClock extends Clock {
  readonly sleeps: readonly number[];
}

export function createInstantClock(start = 1_700_000_000_000): InstantClock {
  const sleeps: number[] = [];
  let passed = 0;
  return {
    sleeps,
    now: () => start + passed,
    monotonic: () => passed,
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        const refuse = (): void => {
          clearImmediate(turn);
          reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
        };
        // A turn of the event loop, so that whoever sleeps in a loop does not starve the rest.
        const turn = setImmediate(() => {
          signal.removeEventListener('abort', refuse);
          passed += ms;
          resolve();
        });
        if (signal.aborted) {
          refuse();
          return;
        }
        sleeps.push(ms);
        signal.addEventListener('abort', refuse, { once: true });
      });
    },
  };
}
