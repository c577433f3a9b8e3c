import type { Clock } from '@cuttle/core-types/ports';

/** The part of the clock that an exchange needs. */
export type Timer = Pick<Clock, 'sleep'>;

/** The real time, for a program that uses a provider and passes no clock. */
export const systemTimer: Timer = {
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
