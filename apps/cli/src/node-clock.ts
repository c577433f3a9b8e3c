import type { Clock } from '@cuttle/core-types/ports';

/** The real time of this process. */
export const nodeClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer);
        reject(signal.reason);
      };
      const done = (): void => {
        signal.removeEventListener('abort', stop);
        resolve();
      };
      // Longer than a timer can be: the sleeper looks again then.
      const timer = setTimeout(done, Math.min(ms, 2 ** 31 - 1));
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop, { once: true });
    }),
};
