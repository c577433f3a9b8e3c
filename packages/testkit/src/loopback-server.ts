import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export interface LoopbackServer extends AsyncDisposable {
  /** Such as `http://127.0.0.1:41234`. */
  readonly origin: string;
}

export type Listener = (incoming: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * Opens an HTTP server that only this machine reaches; by default on a port that the system picks.
 * Disposal destroys what is still open. A listener that throws destroys its connection and is told
 * to `onError`, because there is nobody else to tell.
 */
export async function openLoopbackServer(
  listener: Listener,
  options: { readonly port?: number; readonly onError: (error: unknown) => void },
): Promise<LoopbackServer> {
  const server = createServer({ keepAliveTimeout: 60_000, noDelay: true }, (incoming, response) => {
    listener(incoming, response).catch((error: unknown) => {
      response.destroy();
      options.onError(error);
    });
  });
  server.listen({ host: '127.0.0.1', port: options.port ?? 0, backlog: 4096 });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('No TCP address');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
