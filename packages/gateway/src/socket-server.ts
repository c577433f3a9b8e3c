import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { toErrorBody, toCuttleError } from '@cuttle/core-types/errors';
import { type WebSocket, WebSocketServer } from 'ws';
import { cookieName } from './authenticate.ts';
import { type ConnectionDeps, createConnection } from './connection.ts';
import { readCookie } from './cookies.ts';
import { checkOrigin } from './origin.ts';

/** The WebSocket side of the gateway, at `/ws`. */
export interface SocketServer {
  /** Takes an HTTP upgrade. Refuses it with the reason where the origin or the path is not ours. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  connections(): number;
  /** Tells every client and closes. */
  close(): void;
}

const pingEveryMs = 30_000;

export function createSocketServer(connection: ConnectionDeps): SocketServer {
  const { deps } = connection;
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: deps.settings().framesBytes,
    clientTracking: true,
  });
  const alive = new WeakSet<WebSocket>();
  const stopped = new AbortController();

  const open = (socket: WebSocket, request: IncomingMessage): void => {
    alive.add(socket);
    const wire = {
      send: (text: string) => socket.send(text),
      close: (code: number, reason: string) => socket.close(code, reason),
      buffered: () => socket.bufferedAmount,
    };
    const address = request.socket.remoteAddress ?? '';
    const cookie = readCookie(request.headers.cookie, cookieName);
    const handler = createConnection(connection, { wire, address, cookie });
    socket.on('message', (data, isBinary) => {
      if (isBinary) return socket.close(4400, 'text frames only');
      handler.onText(String(data));
    });
    socket.on('pong', () => alive.add(socket));
    socket.on('close', () => handler.onClose());
    // A broken or oversize frame; `close` follows.
    socket.on('error', (error) => deps.log.debug('A socket failed.', { error }));
  };
  const pingAll = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      await deps.clock.sleep(pingEveryMs, stopped.signal);
      for (const socket of server.clients) {
        if (!alive.has(socket)) socket.terminate();
        alive.delete(socket);
        socket.ping();
      }
    }
  };
  void pingAll().catch(() => {}); // stopped

  return {
    upgrade(request, socket, head) {
      try {
        if (new URL(request.url ?? '/', 'http://gateway').pathname !== '/ws')
          return refuse(socket, 404, 'Not Found', {
            code: 'request.not-found',
            message: 'WebSockets are at /ws.',
          });
        checkOrigin(
          { host: request.headers.host, origin: request.headers.origin },
          deps.settings(),
        );
      } catch (error) {
        const { status } = toCuttleError(error).traits;
        return refuse(socket, status, 'Forbidden', toErrorBody(error));
      }
      server.handleUpgrade(request, socket, head, (opened) => open(opened, request));
    },
    connections: () => server.clients.size,
    close() {
      stopped.abort();
      for (const socket of server.clients) socket.close(1012, 'the gateway stops');
      server.close();
    },
  };
}

function refuse(socket: Duplex, status: number, reason: string, error: object): void {
  const body = JSON.stringify({ error });
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
