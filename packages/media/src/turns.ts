/** Takes its turn with the others; rejects with `signal.reason` if it is aborted while it waits. */
export type TakeTurn = <Value>(work: () => Promise<Value>, signal: AbortSignal) => Promise<Value>;

/** At most so many at a time; the others wait in order. */
export function createTurns(most: number): TakeTurn {
  let busy = 0;
  const waiting = new Set<() => void>();
  const wait = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const start = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        waiting.delete(start);
        reject(signal.reason);
      };
      waiting.add(start);
      signal.addEventListener('abort', leave, { once: true });
    });
  return async (work, signal) => {
    signal.throwIfAborted();
    if (busy >= most) await wait(signal);
    else busy += 1;
    try {
      return await work();
    } finally {
      const [next] = waiting;
      if (next) {
        waiting.delete(next);
        next();
      } else busy -= 1;
    }
  };
}
