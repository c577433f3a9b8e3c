import type { ResultOf } from '@cuttle/core-types/protocol';
import { CuttleError } from '@cuttle/core-types/errors';
import type { Observable } from './observable.ts';

export type Hello = ResultOf<'connect'>;

/** `waiting`: the last attempt failed with `error`, the next begins in `retryInMs`. `closed` is for good. */
export type ClientState =
  | { readonly status: 'idle' }
  | { readonly status: 'connecting'; readonly attempt: number }
  | { readonly status: 'open'; readonly hello: Hello }
  | {
      readonly status: 'waiting';
      readonly attempt: number;
      readonly retryInMs: number;
      readonly error: CuttleError;
    }
  | { readonly status: 'closed'; readonly error: CuttleError | undefined };

/** Why nothing can be sent any more; undefined while it may be. */
export function closedError(state: ClientState): CuttleError | undefined {
  if (state.status !== 'closed') return undefined;
  return state.error ?? new CuttleError('gateway.not-running', 'This client was closed.');
}

export async function untilOpen(
  state: Observable<ClientState>,
  signal: AbortSignal,
): Promise<Hello> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<Hello>();
  const look = (now: ClientState): void => {
    if (now.status === 'open') resolve(now.hello);
    if (now.status === 'closed') reject(closedError(now));
  };
  const abort = (): void => reject(signal.reason);
  const stop = state.subscribe(look);
  signal.addEventListener('abort', abort, { once: true });
  try {
    look(state.current);
    return await promise;
  } finally {
    stop();
    signal.removeEventListener('abort', abort);
  }
}
