import type { IncomingMessage, ServerResponse } from 'node:http';
import { CuttleError } from '@cuttle/core-types/errors';
import type { Gateway } from '@cuttle/gateway';
import { getRequestListener } from '@hono/node-server';
import { discardBody } from './discard-body.ts';

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
      const response = await gateway.fetch(request, {
        address: incoming.socket.remoteAddress ?? '',
        gone: gone.signal,
      });
      // A body that nobody read would stand in the way of the connection's next request.
      const isRead = incoming.readableEnded || incoming.method === 'GET';
      if (!isRead && !(await discardBody(request))) response.headers.set('connection', 'close');
      return response;
    },
    { overrideGlobalObjects: false },
  );
}
