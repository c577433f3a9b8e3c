import { backoffMs } from '@cuttle/core-types';
import { toCuttleError } from '@cuttle/core-types/errors';
import type { ChannelDeps } from './channel-definition.ts';

export type RetryDeps = Pick<ChannelDeps, 'clock' | 'log' | 'random'>;

export interface Failure {
  readonly error: unknown;
  /** In a row, with this one. */
  readonly failures: number;
  /** What the log says of it. */
  readonly says: string;
}

/** Says what went wrong and waits: as long as the platform asks, else the longer the more failures came in a row. */
export async function pauseAfter(
  { clock, log, random }: RetryDeps,
  { error, failures, says }: Failure,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const { code, retryAfterMs } = toCuttleError(error);
  const waitMs = retryAfterMs ?? backoffMs(failures, random);
  log.warn(says, { code, waitMs, error });
  await clock.sleep(waitMs, signal);
}

/** What is done again after a failure, and what the log says of one. */
export interface Effort<Result> {
  readonly says: string;
  act(): Promise<Result>;
  /** Of what no repetition would help. */
  isFinal?(error: unknown): boolean;
}

/** Tries until it is done. Rejects by the abort, and with what is final. */
export async function untilDone<Result>(
  deps: RetryDeps,
  { says, act, isFinal }: Effort<Result>,
  signal: AbortSignal,
): Promise<Result> {
  for (let failures = 1; ; failures += 1)
    try {
      signal.throwIfAborted();
      return await act();
    } catch (error) {
      signal.throwIfAborted();
      if (isFinal?.(error) === true) throw error;
      await pauseAfter(deps, { error, failures, says }, signal);
    }
}

/** Stays until the abort, and rejects with its reason. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const end = (): void => reject(signal.reason);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}
