import { connect } from 'node:net';

/**
 * `fetch`, once somebody listens at the address. Node loads its fetch classes with the first request, 18 MB that a
 * gateway whose model is elsewhere, or not there yet, need not hold: a look at the port costs nothing.
 */
export const answeringFetch: typeof fetch = async (input, init) => {
  // oxlint-disable-next-line typescript/no-base-to-string -- a string or a URL here; a Request would be these classes
  const { hostname, port, protocol } = new URL(String(input));
  await look(
    {
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port || (protocol === 'https:' ? 443 : 80)),
    },
    init?.signal ?? undefined,
  );
  return fetch(input, init);
};

/** Resolves when the port accepts a connection. Throws the `TypeError` of `fetch` otherwise, or the reason of the abort. */
async function look(
  at: { readonly host: string; readonly port: number },
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect(at);
  const stop = (): void => reject(signal?.reason);
  signal?.addEventListener('abort', stop, { once: true });
  socket.once('connect', resolve);
  socket.once('error', (cause) => reject(new TypeError('fetch failed', { cause })));
  try {
    await promise;
  } finally {
    signal?.removeEventListener('abort', stop);
    socket.destroy();
  }
}
