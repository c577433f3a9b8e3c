import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import type { Changes } from '../signals.ts';
import { encodeGuild, encodeUser } from './encode.ts';
import type { Outlet, Sessions, SessionState } from './sessions.ts';
import { intents } from './wire.ts';
import type { World } from './world.ts';

/** https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes */
const closes = {
  unknownOpcode: [4001, 'Unknown opcode.'],
  decode: [4002, 'Error while decoding payload.'],
  notAuthenticated: [4003, 'Not authenticated.'],
  authenticationFailed: [4004, 'Authentication failed.'],
  alreadyAuthenticated: [4005, 'Already authenticated.'],
  invalidSeq: [4007, 'Invalid seq.'],
  rateLimited: [4008, 'Rate limited.'],
  invalidShard: [4010, 'Invalid shard.'],
  invalidVersion: [4012, 'Invalid API version.'],
  invalidIntents: [4013, 'Invalid intent(s).'],
  disallowedIntents: [4014, 'Disallowed intent(s).'],
} as const;

const Payload = z.object({ op: z.int(), d: z.unknown() });
const Identify = z.object({
  token: z.string(),
  properties: z.object({ os: z.string(), browser: z.string(), device: z.string() }),
  intents: z.int().nonnegative(),
  shard: z.tuple([z.int(), z.int()]).nullish(),
  presence: z.unknown().optional(),
});
const Resume = z.object({ token: z.string(), session_id: z.string(), seq: z.int() });

/** One event counts for at most this many bytes. https://discord.com/developers/docs/topics/gateway#sending-events */
const maxPayloadBytes = 4096;
/** Events a bot may send in a minute. https://discord.com/developers/docs/topics/gateway#rate-limiting */
const maxPerMinute = 120;
const allIntents = 0x1_ff_ff_ff;
/** Those a bot's owner switches on in the portal. https://discord.com/developers/docs/topics/gateway#privileged-intents */
const privileged = intents.guildMembers | intents.guildPresences | intents.messageContent;

export interface GatewayDeps {
  readonly world: World;
  readonly sessions: Sessions;
  readonly changes: Changes;
  readonly token: () => string | undefined;
  /** Privileged intents that are switched on. */
  readonly granted: () => number;
  readonly heartbeatIntervalMs: number;
  readonly resumeUrl: () => string;
}

/** What bots did at the gateway. */
export interface Gateway extends AsyncDisposable {
  readonly connections: number;
  readonly identifies: readonly { readonly intents: number; readonly presence: unknown }[];
  readonly resumes: readonly { readonly sessionId: string; readonly seq: number }[];
  /** Numbers that heartbeats named, in order. */
  readonly heartbeats: readonly (number | null)[];
  readonly presences: readonly unknown[];
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Asks every connection to come back: opcode 7. */
  reconnect(): void;
  /** Tells every connection that its session is invalid: opcode 9. */
  invalidate(how: 'resumable' | 'ended'): void;
  close(code: number, reason?: string): void;
  cut(): void;
  /** Stops answering heartbeats, as a connection does that died unseen. */
  ignoreHeartbeats(): void;
}

interface Connection {
  readonly socket: WebSocket;
  readonly outlet: Outlet;
  session: SessionState | undefined;
  readonly sentAt: number[];
}

interface State {
  readonly deps: GatewayDeps;
  readonly connections: Set<Connection>;
  readonly identifies: { intents: number; presence: unknown }[];
  readonly resumes: { sessionId: string; seq: number }[];
  readonly heartbeats: (number | null)[];
  readonly presences: unknown[];
  deaf: boolean;
}

/** The gateway over WebSocket, JSON only. https://discord.com/developers/docs/topics/gateway */
export function createGateway(deps: GatewayDeps): Gateway {
  const server = new WebSocketServer({ noServer: true });
  const state: State = {
    deps,
    connections: new Set(),
    identifies: [],
    resumes: [],
    heartbeats: [],
    presences: [],
    deaf: false,
  };
  const each = (act: (connection: Connection) => void): void => {
    for (const connection of state.connections) act(connection);
  };
  return {
    get connections() {
      return state.connections.size;
    },
    identifies: state.identifies,
    resumes: state.resumes,
    heartbeats: state.heartbeats,
    presences: state.presences,
    accept(request, socket, head) {
      server.handleUpgrade(request, socket, head, (open) => greet(state, open, request.url ?? '/'));
    },
    reconnect: () => each(({ outlet }) => outlet.send({ op: 7, d: null })),
    invalidate(how) {
      each((connection) => {
        if (how === 'ended') endSession(connection);
        connection.outlet.send({ op: 9, d: how === 'resumable' });
      });
    },
    close: (code, reason = '') => each(({ outlet }) => outlet.close(code, reason)),
    cut: () => each(({ outlet }) => outlet.cut()),
    ignoreHeartbeats() {
      state.deaf = true;
    },
    async [Symbol.asyncDispose]() {
      each(({ socket }) => socket.terminate());
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function greet(state: State, socket: WebSocket, path: string): void {
  const { deps } = state;
  const outlet: Outlet = {
    send: (payload) => socket.send(JSON.stringify(payload)),
    close: (code, reason) => socket.close(code, reason),
    cut: () => socket.terminate(),
  };
  const connection: Connection = { socket, outlet, session: undefined, sentAt: [] };
  state.connections.add(connection);
  socket.on('close', (code) => {
    state.connections.delete(connection);
    const { session } = connection;
    // A bot that closes so has done with its session.
    if (session !== undefined && (code === 1000 || code === 1001)) session.resumable = false;
    if (session?.outlet === outlet) session.outlet = undefined;
    deps.changes.notify();
  });
  // A broken frame also closes; there is nobody to tell.
  socket.on('error', () => {});
  const params = new URL(path, 'http://127.0.0.1').searchParams;
  if (params.get('v') !== '10') return refuse(connection, 'invalidVersion');
  if ((params.get('encoding') ?? 'json') !== 'json' || params.has('compress'))
    return refuse(connection, 'decode');
  socket.on('message', (data: Buffer) => {
    hear(state, connection, data);
    deps.changes.notify();
  });
  outlet.send({ op: 10, d: { heartbeat_interval: deps.heartbeatIntervalMs, _trace: [] } });
  deps.changes.notify();
}

function refuse({ outlet }: Connection, why: keyof typeof closes): void {
  const [code, reason] = closes[why];
  outlet.close(code, reason);
}

function hear(state: State, connection: Connection, data: Buffer): void {
  const now = state.deps.world.now();
  const recent = connection.sentAt.filter((at) => at > now - 60_000);
  connection.sentAt.splice(0, connection.sentAt.length, ...recent, now);
  if (recent.length >= maxPerMinute) return refuse(connection, 'rateLimited');
  const payload = data.byteLength > maxPayloadBytes ? undefined : parsePayload(data);
  if (payload === undefined) return refuse(connection, 'decode');
  switch (payload.op) {
    case 1:
      return beat(state, connection, payload.d);
    case 2:
      return identify(state, connection, payload.d);
    case 6:
      return resume(state, connection, payload.d);
    case 3:
    case 4:
    case 8:
      if (connection.session === undefined) return refuse(connection, 'notAuthenticated');
      if (payload.op === 3) state.presences.push(payload.d);
      return;
    default:
      return refuse(connection, 'unknownOpcode');
  }
}

function parsePayload(data: Buffer): z.infer<typeof Payload> | undefined {
  try {
    return Payload.parse(JSON.parse(data.toString()));
  } catch {
    return undefined;
  }
}

function beat(state: State, { session, outlet }: Connection, seq: unknown): void {
  if (state.deaf) return;
  if (typeof seq === 'number' && session !== undefined)
    session.acknowledgedSeq = Math.max(session.acknowledgedSeq, seq);
  state.heartbeats.push(typeof seq === 'number' ? seq : null);
  outlet.send({ op: 11 });
}

/** https://discord.com/developers/docs/topics/gateway-events#identify */
function identify(state: State, connection: Connection, value: unknown): void {
  const { deps } = state;
  if (connection.session !== undefined) return refuse(connection, 'alreadyAuthenticated');
  const parsed = Identify.safeParse(value);
  if (!parsed.success) return refuse(connection, 'decode');
  const { token, intents: wanted, shard } = parsed.data;
  if (token !== deps.token()) return refuse(connection, 'authenticationFailed');
  if (shard && (shard[0] >= shard[1] || shard[0] !== 0)) return refuse(connection, 'invalidShard');
  if ((wanted & ~allIntents) !== 0) return refuse(connection, 'invalidIntents');
  if ((wanted & privileged & ~deps.granted()) !== 0) return refuse(connection, 'disallowedIntents');
  state.identifies.push({ intents: wanted, presence: parsed.data.presence });
  const session = deps.sessions.create(wanted, connection.outlet);
  connection.session = session;
  deps.sessions.tell(session, { t: 'READY', d: readyOf(deps, session) });
  if ((wanted & intents.guilds) === 0) return;
  for (const guild of deps.world.guilds.values())
    deps.sessions.tell(session, { t: 'GUILD_CREATE', d: encodeGuild(deps.world, guild) });
}

/** https://discord.com/developers/docs/topics/gateway-events#ready */
function readyOf({ world, resumeUrl }: GatewayDeps, session: SessionState) {
  return {
    v: 10,
    user: { ...encodeUser(world.bot), verified: true, mfa_enabled: false, email: null, flags: 0 },
    guilds: [...world.guilds.keys()].map((id) => ({ id, unavailable: true })),
    private_channels: [],
    session_id: session.id,
    session_type: 'normal',
    resume_gateway_url: resumeUrl(),
    shard: [0, 1],
    application: { id: world.applicationId, flags: 0 },
  };
}

/** https://discord.com/developers/docs/topics/gateway#resuming */
function resume(state: State, connection: Connection, value: unknown): void {
  const { deps } = state;
  if (connection.session !== undefined) return refuse(connection, 'alreadyAuthenticated');
  const parsed = Resume.safeParse(value);
  if (!parsed.success) return refuse(connection, 'decode');
  const { token, session_id: sessionId, seq } = parsed.data;
  if (token !== deps.token()) return refuse(connection, 'authenticationFailed');
  state.resumes.push({ sessionId, seq });
  const session = deps.sessions.find(sessionId);
  if (!session?.resumable) return connection.outlet.send({ op: 9, d: false });
  if (seq > session.lastSeq) return refuse(connection, 'invalidSeq');
  // A session has one connection: the one before is gone.
  session.outlet?.cut();
  session.outlet = undefined;
  session.acknowledgedSeq = Math.max(session.acknowledgedSeq, seq);
  for (const event of session.events) if (event.s > seq) connection.outlet.send(event);
  connection.session = session;
  session.outlet = connection.outlet;
  deps.sessions.tell(session, { t: 'RESUMED', d: { _trace: [] } });
}

function endSession(connection: Connection): void {
  const { session } = connection;
  if (session === undefined) return;
  session.resumable = false;
  session.outlet = undefined;
  connection.session = undefined;
}
