/**
 * Time, passed in. Contract:
 * - `now` is wall-clock Unix ms; `monotonic` is ms that never go back;
 * - `sleep` rejects with `signal.reason` at once when aborted, and leaves no timer behind.
 */
export interface Clock {
  now(): number;
  monotonic(): number;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}
