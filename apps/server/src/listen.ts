import { createServer, type Server } from 'node:http';
import { CuttleError } from '@cuttle/core-types/errors';
import { getRequestListener } from '@hono/node-server';
import type { Gateway } from '@cuttle/gateway';

export interface Listening extends AsyncDisposable {
  readonly url: string;
}

/** Opens the gateway's port. Throws `gateway.port-in-use`. */
export async function listen(
  gateway: Gateway,
  { host, port }: { host: string; port: number },
): Promise<Listening> {
  const listener = getRequestListener(
    async (request, env) => {
      const gone = new AbortController();
      const { incoming, outgoing } = env as {
        incoming: import('node:http').IncomingMessage;
        outgoing: import('node:http').ServerResponse;
      }; // HTTP/1 only
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
  const server = createServer(
    { keepAliveTimeout: 65_000, headersTimeout: 30_000, requestTimeout: 0 },
    (request, response) => {
      void listener(request, response);
    },
  );
  server.on('upgrade', (request, socket, head) => gateway.upgrade(request, socket, head));
  await bind(server, { host, port });
  const address = server.address();
  const actual = typeof address === 'object' && address ? address.port : port;
  const shown = host.includes(':') ? `[${host}]` : host;
  return {
    url: `http://${shown}:${actual}`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function bind(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === 'EADDRINUSE';
      reject(
        isTaken
          ? new CuttleError('gateway.port-in-use', `Port ${port} of ${host} is in use.`, {
              cause: error,
            })
          : error,
      );
    });
    server.listen(port, host, resolve);
  });
}
