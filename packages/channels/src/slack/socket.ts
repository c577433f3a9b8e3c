import { CuttleError } from '@cuttle/core-types/errors';
import { WebSocket } from 'ws';
import type { Payload, PayloadKind } from './intake.ts';
import { WireFrame } from './wire.ts';

export interface SocketConnection {
  /** From `apps.connections.open`; it opens once. */
  readonly url: string;
  /** Resolves when the payload is stored; only then is it acknowledged. */
  readonly onPayload: (payload: Payload) => Promise<void>;
  /** It was greeted. */
  readonly onReady: () => void;
  /** A connection that says nothing for as long is dead; Slack pings every few seconds. */
  readonly silenceMs: number;
}

/** How a connection ended. */
export interface SocketEnd {
  readonly reason: string;
  /** Slack asked for a new one: nothing went wrong. */
  readonly asked: boolean;
}

const kinds: ReadonlySet<string> = new Set<PayloadKind>([
  'events_api',
  'interactive',
  'slash_commands',
]);
const isKind = (type: string): type is PayloadKind => kinds.has(type);

/** Slack's own limit is not documented; the largest samples have some hundred kB. */
const maxPayloadBytes = 4 * 1024 * 1024;

/**
 * One connection of Socket Mode, from its opening to its end. Rejects with `channel.auth` where the owner has to act, and with
 * `signal.reason` after an abort. https://docs.slack.dev/apis/events-api/using-socket-mode
 */
export async function runSocket(
  connection: SocketConnection,
  signal: AbortSignal,
): Promise<SocketEnd> {
  signal.throwIfAborted();
  const socket = new WebSocket(connection.url, {
    maxPayload: maxPayloadBytes,
    handshakeTimeout: connection.silenceMs,
    followRedirects: false,
  });
  const { promise: ended, resolve } = Promise.withResolvers<SocketEnd>();
  const leave = (): void => resolve({ reason: 'stopped', asked: true });
  signal.addEventListener('abort', leave, { once: true });
  const over = new AbortController();
  const heard = watch(connection.silenceMs, over.signal, () =>
    resolve({ reason: 'nothing came any more', asked: false }),
  );
  socket.on('ping', heard);
  socket.on('message', (data) => {
    heard();
    // What is not asked to be otherwise comes as one buffer.
    if (!over.signal.aborted && data instanceof Buffer)
      hear({ connection, socket, end: resolve }, data.toString());
  });
  socket.on('error', (error) => resolve({ reason: error.message, asked: false }));
  socket.on('close', (code) => resolve({ reason: `closed with ${code}`, asked: false }));
  try {
    const end = await ended;
    if (signal.aborted) throw signal.reason;
    if (end.reason === 'link_disabled')
      throw new CuttleError('channel.auth', 'Socket Mode is switched off for this app.', {
        hint: 'Switch it on under Socket Mode in the settings of the app, or set mode: "http".',
      });
    return end;
  } finally {
    over.abort();
    signal.removeEventListener('abort', leave);
    socket.terminate();
  }
}

interface Listening {
  readonly connection: SocketConnection;
  readonly socket: WebSocket;
  end(how: SocketEnd): void;
}

/** https://docs.slack.dev/apis/events-api/using-socket-mode#events */
function hear({ connection, socket, end }: Listening, text: string): void {
  const frame = parseFrame(text);
  if (frame === undefined) return;
  const { type, reason, envelope_id: id, payload } = frame;
  if (type === 'hello') return connection.onReady();
  // A warning comes some seconds before the end; what is not acknowledged by then comes again.
  if (type === 'disconnect') return end({ reason: reason ?? 'asked to reconnect', asked: true });
  if (typeof id !== 'string') return;
  const acknowledge = (): void => {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ envelope_id: id }));
  };
  if (!isKind(type)) return acknowledge();
  // It rejects only when everything ends, and is then not acknowledged.
  void connection.onPayload({ kind: type, raw: payload }).then(acknowledge, () => {});
}

function parseFrame(text: string) {
  try {
    return WireFrame.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/**
 * Real time, as the peer counts it: silence is not work that a clock may put off. Call the result whenever something came; it
 * is called silence after once to twice the time.
 */
function watch(ms: number, over: AbortSignal, onSilence: () => void): () => void {
  let isHeard = true;
  const look = (): void => {
    if (over.aborted) return;
    if (!isHeard) return onSilence();
    isHeard = false;
    AbortSignal.timeout(ms).addEventListener('abort', look);
  };
  look();
  return () => {
    isHeard = true;
  };
}
