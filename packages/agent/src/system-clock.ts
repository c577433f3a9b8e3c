import type { Clock } from '@cuttle/core-types/ports';

/** The real time, for a program that embeds the loop and passes no clock. */
export const systemClock: Clock = {
  // oxlint-disable-next-line cuttle/no-ambient-time -- this is the clock that everything else is given
  now: () => Date.now(),
  // oxlint-disable-next-line cuttle/no-ambient-time -- as above
  monotonic: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer);
        reject(signal.reason);
      };
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', stop);
        resolve();
      }, ms);
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop, { once: true });
    }),
};
