import { toConnectionFailure } from './connection-failure.ts';
import type { Watch } from './watch.ts';

export type Send = (signal: AbortSignal) => Promise<Response>;

export function ignore(): void {
  // What ends because its exchange is over has nothing to say.
}

/** Sends a request. Rejects as soon as the watch ends, also where the injected `fetch` does not know of signals. */
export async function sendWatched(service: string, send: Send, watch: Watch): Promise<Response> {
  watch.listen();
  const sent = send(watch.signal);
  try {
    const response = await untilAborted(sent, watch.signal);
    watch.heard();
    return response;
  } catch (error) {
    // An answer that comes after all is closed.
    sent.then((late) => late.body?.cancel()).catch(ignore);
    throw toConnectionFailure(error, service);
  }
}

/**
 * The listener goes with the wait: a client that keeps the signal until its answer is collected would otherwise keep the
 * answer by it, and both for ever.
 */
function untilAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener('abort', stop));
}
