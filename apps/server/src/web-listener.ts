import type { IncomingMessage, ServerResponse } from 'node:http';
import { CuttleError } from '@cuttle/core-types/errors';
import type { Gateway } from '@cuttle/gateway';
import { getRequestListener } from '@hono/node-server';

/** Node's requests as the web's, for the gateway. Loaded with the first request that needs it. */
export function createWebListener(
  gateway: Gateway,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return getRequestListener(
    async (request, env) => {
      const gone = new AbortController();
      const { incoming, outgoing } = env;
      outgoing.once('close', () => {
        if (!outgoing.writableFinished)
          gone.abort(new CuttleError('gateway.not-running', 'The client left.'));
      });
      return gateway.fetch(request, {
        address: incoming.socket.remoteAddress ?? '',
        gone: gone.signal,
      });
    },
    { overrideGlobalObjects: false },
  );
}
