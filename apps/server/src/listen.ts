import { getBuiltinModule } from 'node:process';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { CuttleError, toCuttleError } from '@cuttle/core-types/errors';
import type { Gateway } from '@cuttle/gateway';

// An import of `node:http` evaluates each of its exports, its WebSocket classes among them, which load all of undici: 18 MB.
const { createServer } = getBuiltinModule('node:http');

export interface Listening extends AsyncDisposable {
  readonly url: string;
}

/** What an app answers without loading anything; undefined: it is a request for the gateway. */
export type AnswerProbe = (
  path: string,
) => { readonly status: number; readonly body: object } | undefined;

/** Opens the gateway's port. Throws `gateway.port-in-use`. */
export async function listen(
  gateway: Gateway,
  { host, port, probe }: { host: string; port: number; probe: AnswerProbe },
): Promise<Listening> {
  let listener:
    | Promise<(request: IncomingMessage, response: ServerResponse) => Promise<void>>
    | undefined;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const known = request.method === 'GET' ? probe(request.url ?? '') : undefined;
    if (known) {
      response.writeHead(known.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(known.body));
      return;
    }
    listener ??= import('./web-listener.ts').then(({ createWebListener }) =>
      createWebListener(gateway),
    );
    await (
      await listener
    )(request, response);
  };
  const server = createServer(
    { keepAliveTimeout: 65_000, headersTimeout: 30_000, requestTimeout: 0 },
    (request, response) =>
      void answer(request, response).catch((error: unknown) =>
        response.destroy(toCuttleError(error)),
      ),
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
