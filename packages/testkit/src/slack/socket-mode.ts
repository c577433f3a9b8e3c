import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { Json } from '@cuttle/core-types';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import type { Changes } from '../signals.ts';
import type { Carrier, Deliveries, DeliveryState, Outcome } from './deliveries.ts';

const Ack = z.looseObject({ envelope_id: z.string(), payload: Json.optional() });

/** Connections one app may have. https://docs.slack.dev/apis/events-api/using-socket-mode#connections */
const maxConnections = 10;

export interface SocketModeDeps {
  readonly changes: Changes;
  readonly appId: string;
  readonly answers: Deliveries['answers'];
  readonly kick: () => void;
  /** Within which an envelope is acknowledged; Slack's is three seconds. */
  readonly ackWithinMs: number;
  readonly pingMs: number;
}

/** The WebSocket side of an app. https://docs.slack.dev/apis/events-api/using-socket-mode */
export interface SocketMode extends AsyncDisposable, Carrier {
  /** Connections that were greeted. */
  readonly connections: number;
  /** How often an app was greeted. */
  readonly hellos: number;
  /** A new address, which works once. */
  openTicket(): string;
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Says that the connection ends soon, as Slack does some seconds before it asks for a new one. */
  warn(): void;
  /** Asks for a new connection and closes this one. */
  refresh(): void;
  /** Socket Mode was switched off for the app. */
  disable(): void;
  /** Sends anything, for frames that Slack does not send. */
  sendRaw(frame: string): void;
  cut(): void;
  /** Neither sends nor answers from here on, as a connection does that died unseen. */
  freeze(): void;
}

interface Connection {
  readonly socket: WebSocket;
  readonly pending: Map<
    string,
    { settle: (outcome: Outcome, reason: string) => void; seq: number }
  >;
  readonly timers: Set<NodeJS.Timeout>;
  leaving: boolean;
  frozen: boolean;
}

interface State {
  readonly deps: SocketModeDeps;
  readonly connections: Set<Connection>;
  readonly tickets: Set<string>;
  hellos: number;
  envelopes: number;
  turn: number;
}

export function createSocketMode(deps: SocketModeDeps): SocketMode {
  const server = new WebSocketServer({ noServer: true });
  const state: State = {
    deps,
    connections: new Set(),
    tickets: new Set(),
    hellos: 0,
    envelopes: 0,
    turn: 0,
  };
  const each = (act: (connection: Connection) => void): void => state.connections.forEach(act);
  return {
    by: 'socket',
    inOrder: false,
    get connections() {
      return state.connections.size;
    },
    get hellos() {
      return state.hellos;
    },
    openTicket() {
      const ticket = `ticket-${state.tickets.size}-${state.hellos}`;
      state.tickets.add(ticket);
      return ticket;
    },
    accept(request, socket, head) {
      const url = new URL(request.url ?? '/', 'http://slack.test');
      const isFull = state.connections.size >= maxConnections;
      if (!state.tickets.delete(url.searchParams.get('ticket') ?? '') || isFull)
        socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
      else server.handleUpgrade(request, socket, head, (open) => greet(state, open));
    },
    carry: (delivery, settle) => carry(state, delivery, settle),
    warn: () => each((connection) => tellLeave(connection, 'warning')),
    refresh: () => each((connection) => end(connection, 'refresh_requested')),
    disable: () => each((connection) => end(connection, 'link_disabled')),
    sendRaw: (frame) => each(({ socket }) => socket.send(frame)),
    cut: () => each((connection) => leave(state, connection)),
    freeze() {
      each((connection) => {
        connection.frozen = true;
        connection.socket.pause();
      });
    },
    async [Symbol.asyncDispose]() {
      each((connection) => leave(state, connection));
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function greet(state: State, socket: WebSocket): void {
  const connection: Connection = {
    socket,
    pending: new Map(),
    timers: new Set(),
    leaving: false,
    frozen: false,
  };
  state.connections.add(connection);
  state.hellos += 1;
  socket.on('message', (data) => {
    // The server asked for no other kind of data.
    if (data instanceof Buffer) hear(state, connection, data.toString());
  });
  socket.on('close', () => leave(state, connection));
  socket.on('error', () => socket.terminate());
  const hello = {
    type: 'hello',
    num_connections: state.connections.size,
    debug_info: { host: 'applink-1', build_number: 1, approximate_connection_time: 18_060 },
    connection_info: { app_id: state.deps.appId },
  };
  socket.send(JSON.stringify(hello));
  const ping = setInterval(() => {
    if (!connection.frozen) socket.ping();
  }, state.deps.pingMs);
  connection.timers.add(ping);
  state.deps.changes.notify();
  state.deps.kick();
}

/** What was not acknowledged goes to another connection. */
function leave(state: State, connection: Connection): void {
  connection.socket.terminate();
  if (!state.connections.delete(connection)) return;
  for (const timer of connection.timers) clearTimeout(timer);
  const open = [...connection.pending.values()];
  connection.pending.clear();
  for (const { settle } of open) settle('lost', 'connection_closed');
  state.deps.changes.notify();
}

function end(connection: Connection, reason: string): void {
  connection.leaving = true;
  tellLeave(connection, reason);
  connection.socket.close(1000);
}

function tellLeave(connection: Connection, reason: string): void {
  const frame = { type: 'disconnect', reason, debug_info: { host: 'applink-1' } };
  connection.socket.send(JSON.stringify(frame));
}

/** Each envelope goes to one connection, in turn. */
function carry(
  state: State,
  delivery: DeliveryState,
  settle: (outcome: Outcome, reason: string) => void,
): boolean {
  const open = [...state.connections].filter(({ leaving }) => !leaving);
  const connection = open[(state.turn += 1) % open.length];
  if (connection === undefined) return false;
  const id = `envelope-${(state.envelopes += 1)}`;
  const timer = setTimeout(() => {
    connection.timers.delete(timer);
    if (connection.pending.delete(id)) settle('refused', 'timeout');
  }, state.deps.ackWithinMs);
  connection.timers.add(timer);
  connection.pending.set(id, { settle, seq: delivery.seq });
  if (!connection.frozen) connection.socket.send(JSON.stringify(toEnvelope(id, delivery)));
  return true;
}

function toEnvelope(id: string, { kind, payload, attempts, reason }: DeliveryState): object {
  return {
    envelope_id: id,
    payload,
    type: kind,
    accepts_response_payload: kind !== 'events_api',
    ...(kind === 'events_api' && { retry_attempt: attempts, retry_reason: reason ?? '' }),
  };
}

function hear(state: State, connection: Connection, text: string): void {
  const ack = Ack.safeParse(parseJson(text));
  if (!ack.success || connection.frozen) return;
  const { envelope_id: id, payload } = ack.data;
  const open = connection.pending.get(id);
  if (open === undefined) return;
  connection.pending.delete(id);
  if (payload !== undefined) state.deps.answers.set(open.seq, payload);
  open.settle('taken', '');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
