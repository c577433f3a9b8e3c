export interface Backoff {
  /** Longest wait before the second attempt, in ms. */
  readonly firstMs: number;
  readonly maxMs: number;
}

/** How long to wait before attempt `attempt` (from 1): between half and all of a doubling time, so that clients of one gateway do not come back at the same instant. */
export function backoffMs(attempt: number, backoff: Backoff, random: () => number): number {
  const full = Math.min(backoff.maxMs, backoff.firstMs * 2 ** Math.min(attempt - 1, 30));
  return Math.round(full / 2 + (full / 2) * random());
}

/** A number in [0, 1) from the platform's own source. */
export function platformRandom(): number {
  return (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32;
}

/** `Clock.sleep` over the platform's timers: rejects with `signal.reason` at once when aborted, and leaves no timer behind. */
export function platformSleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(reasonOf(signal));
      return;
    }
    const abort = (): void => {
      clearTimeout(timer);
      reject(reasonOf(signal));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    }, ms);
    signal.addEventListener('abort', abort, { once: true });
  });
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason as Error; // the caller's own reason, passed on untouched whatever it is
}
