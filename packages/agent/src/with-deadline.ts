import type { Clock } from '@cuttle/core-types/ports';
import { CuttleError } from '@cuttle/core-types/errors';

/** Runs `work` with a signal that also aborts after `ms`. A late end is `tool.timeout`; an abort stays the abort. */
export async function withDeadline<Value>(
  { ms, clock }: { ms: number; clock: Clock },
  work: (signal: AbortSignal) => Promise<Value>,
  signal: AbortSignal,
): Promise<Value> {
  signal.throwIfAborted();
  const late = new CuttleError('tool.timeout', `It took longer than ${ms} ms.`);
  const deadline = new AbortController();
  const done = new AbortController();
  const timer = clock.sleep(ms, AbortSignal.any([signal, done.signal])).then(
    () => deadline.abort(late),
    () => {}, // aborted: the work ended first, or the run did
  );
  const both = AbortSignal.any([signal, deadline.signal]);
  try {
    return await Promise.race([work(both), rejectOnAbort(both, done.signal)]);
  } finally {
    done.abort();
    await timer;
  }
}

/** Rejects with the reason when aborted; a tool that ignores its signal cannot hold the run. */
function rejectOnAbort(signal: AbortSignal, done: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const fail = (): void => reject(signal.reason);
    if (signal.aborted) fail();
    signal.addEventListener('abort', fail, { once: true });
    done.addEventListener('abort', () => signal.removeEventListener('abort', fail), { once: true });
  });
}
