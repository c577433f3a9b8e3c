import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { CuttleError, toErrorBody, toCuttleError } from '@cuttle/core-types/errors';
import type { BroadcastName, BroadcastPayload } from '@cuttle/core-types/protocol';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { cookieName } from './authenticate.ts';
import { type Connection, type ConnectionDeps, createConnection } from './connection.ts';
import { readCookie } from './cookies.ts';
import type { GatewayDeps } from './gateway-deps.ts';
import { createKeepAlive } from './keep-alive.ts';
import { checkOrigin } from './origin.ts';
import type { Wire } from './wire-frames.ts';

/** The WebSocket side of the gateway, at `/ws`. */
export interface SocketServer {
  /** Takes an HTTP upgrade. Refuses it with the reason where the origin or the path is not ours. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  connections(): number;
  broadcast<Name extends BroadcastName>(event: Name, payload: BroadcastPayload<Name>): void;
  /** Tells every client and closes. */
  close(): void;
}

/** A client that does not answer the close is cut off after so long. */
const closingMs = 2000;

export function createSocketServer(connection: ConnectionDeps): SocketServer {
  const { deps } = connection;
  const options = {
    noServer: true,
    perMessageDeflate: false,
    maxPayload: deps.settings().framesBytes,
    clientTracking: true,
    // Not among the types yet: https://github.com/websockets/ws/blob/master/doc/ws.md
    closeTimeout: closingMs,
  };
  const server = new WebSocketServer(options);
  const stopped = new AbortController();
  const peers = new Map<WebSocket, Connection>();
  const broadcast: SocketServer['broadcast'] = (event, payload) => {
    if (peers.size === 0) return;
    const json = JSON.stringify(payload);
    for (const peer of peers.values()) peer.tell(event, json);
  };
  const keepAlive = createKeepAlive<WebSocket>(deps.clock);
  const rounds = { sockets: server.clients, ...createTicks(deps, { peers, broadcast }) };
  void keepAlive.run(rounds, stopped.signal); // ends by `close`, never rejects

  const open = (socket: WebSocket, request: IncomingMessage): void => {
    keepAlive.watch(socket);
    const peer = createConnection(connection, {
      wire: toWire(socket),
      address: request.socket.remoteAddress ?? '',
      cookie: readCookie(request.headers.cookie, cookieName),
    });
    peers.set(socket, peer);
    socket.on('message', (data, isBinary) => {
      if (!isBinary) return peer.onText(toText(data));
      socket.close(4400, 'text frames only');
    });
    socket.on('close', () => {
      peers.delete(socket);
      peer.onClose();
    });
    // A broken or oversize frame; `close` follows.
    socket.on('error', (error) => deps.log.debug('A socket failed.', { error }));
  };
  return {
    upgrade(request, socket, head) {
      try {
        checkUpgrade(connection, request);
      } catch (error) {
        return refuse(socket, error);
      }
      server.handleUpgrade(request, socket, head, (opened) => open(opened, request));
    },
    connections: () => server.clients.size,
    broadcast,
    close() {
      stopped.abort();
      for (const socket of server.clients) socket.close(1012, 'the gateway stops');
      server.close();
    },
  };
}

function toWire(socket: WebSocket): Wire {
  return {
    send: (text) => socket.send(text),
    close: (code, reason) => socket.close(code, reason),
    buffered: () => socket.bufferedAmount,
    // Goes behind everything else, and its callback comes in any case.
    flushed: () => new Promise((resolve) => socket.ping('', false, () => resolve())),
  };
}

/** What a round of the keeper tells: whether messages are taken, where that has changed since the last one, and that we are here. */
function createTicks(
  { clock, facts }: Pick<GatewayDeps, 'clock' | 'facts'>,
  {
    peers,
    broadcast,
  }: { peers: ReadonlyMap<WebSocket, Connection>; broadcast: SocketServer['broadcast'] },
): { begin(): void; each(socket: WebSocket): void } {
  let last = '';
  let tick = '';
  return {
    begin() {
      tick = JSON.stringify({ ts: clock.now() } satisfies BroadcastPayload<'tick'>);
      const reasons = [...facts.notReady()];
      if (reasons.join('\n') === last) return;
      last = reasons.join('\n');
      broadcast('health', { ready: reasons.length === 0, reasons });
    },
    each: (socket) => peers.get(socket)?.tell('tick', tick),
  };
}

/** Throws `request.not-found` or `access.origin`. */
function checkUpgrade({ deps }: ConnectionDeps, { url = '/', headers }: IncomingMessage): void {
  if (!/^\/ws(\?|$)/.test(url))
    throw new CuttleError('request.not-found', 'WebSockets are at /ws.');
  checkOrigin({ host: headers.host, origin: headers.origin }, deps.settings());
}

/** What `ws` gives for a text frame: https://github.com/websockets/ws/blob/master/doc/ws.md#event-message */
function toText(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return Buffer.isBuffer(data) ? data.toString() : Buffer.from(data).toString();
}

function refuse(socket: Duplex, error: unknown): void {
  const { status } = toCuttleError(error).traits;
  const reason = status === 404 ? 'Not Found' : 'Forbidden';
  const body = JSON.stringify({ error: toErrorBody(error) });
  socket.on('error', () => socket.destroy()); // the client may be gone already
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
