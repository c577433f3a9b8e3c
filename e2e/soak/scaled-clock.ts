import type { Clock } from '@cuttle/core-types/ports';

/** How fast time goes, and since when (Unix ms): the same for every process that shares it. */
export interface TimeScale {
  readonly factor: number;
  readonly since: number;
}

/** A clock that goes `factor` times as fast as the machine's: limits, waits and deadlines shrink together. */
export function createScaledClock({ factor, since }: TimeScale): Clock {
  return {
    now: () => Math.floor(since + (Date.now() - since) * factor),
    monotonic: () => performance.now() * factor,
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
        const timer = setTimeout(done, Math.min(Math.ceil(ms / factor), 2 ** 31 - 1));
        if (signal.aborted) stop();
        else signal.addEventListener('abort', stop, { once: true });
      }),
  };
}

/** As it is handed to a process: `10:1767225600000`. */
export function encodeScale({ factor, since }: TimeScale): string {
  return `${factor}:${since}`;
}

export function parseScale(text: string): TimeScale {
  const [factor, since] = text.split(':').map(Number);
  if (!factor || !since) throw new TypeError(`Not a scale of time: ${text}`);
  return { factor, since };
}
