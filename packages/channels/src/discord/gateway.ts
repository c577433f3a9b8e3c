import { type GatewayEnd, endOfClose } from './gateway-end.ts';
import { WirePayload } from './wire.ts';

/** An event of the gateway, in order of `seq`. */
export interface Dispatch {
  readonly type: string;
  readonly seq: number;
  readonly data: unknown;
}

export interface GatewayConnection {
  /** Where to connect, without parameters. */
  readonly url: string;
  readonly token: string;
  readonly intents: number;
  readonly presence: object;
  /** The session to take up and the last event of it that arrived; a new one is begun without it. */
  readonly resume: { readonly sessionId: string; readonly seq: number } | undefined;
  /** The number that heartbeats name: nothing behind it is needed again. */
  readonly committed: () => number | undefined;
  readonly onDispatch: (dispatch: Dispatch) => void;
  /** A number in [0, 1), for the first heartbeat. */
  readonly random: () => number;
}

/** A close by us that leaves the session alive; 1000 and 1001 would end it. https://discord.com/developers/docs/topics/gateway#initiating-a-disconnect */
const leaveCode = 4200;
/** For a server that does not close on its side. */
const closeWithinMs = 1000;
const helloWithinMs = 30_000;

const opcodes = {
  dispatch: 0,
  heartbeat: 1,
  identify: 2,
  resume: 6,
  reconnect: 7,
  invalid: 9,
  hello: 10,
  ack: 11,
} as const;

/**
 * One connection to the gateway, from its opening to its end. Rejects with `channel.auth` where the owner has to act, and
 * with `signal.reason` after an abort. https://discord.com/developers/docs/topics/gateway
 */
export async function runGateway(
  connection: GatewayConnection,
  signal: AbortSignal,
): Promise<GatewayEnd> {
  signal.throwIfAborted();
  const socket = new WebSocket(`${connection.url.replace(/\/+$/, '')}/?v=10&encoding=json`);
  const state = createState(connection, socket);
  const { promise: closed, resolve } = Promise.withResolvers<CloseEvent>();
  socket.addEventListener('close', resolve);
  // Why it failed stands in the close that follows.
  socket.addEventListener('error', () => {});
  socket.addEventListener('message', ({ data }) => hear(state, data));
  const leave = (): void => state.end({ next: 'resume', reason: 'stopped', asked: true });
  signal.addEventListener('abort', leave, { once: true });
  later(helloWithinMs, state.over.signal, () => {
    if (!state.greeted) state.end({ next: 'resume', reason: 'no greeting came', asked: false });
  });
  try {
    const event = await Promise.race([closed, state.left]);
    if (signal.aborted) throw signal.reason;
    if (state.ending !== undefined) return state.ending;
    return event === undefined
      ? { next: 'resume', reason: 'left', asked: false }
      : endOfClose(event.code, event.reason);
  } finally {
    signal.removeEventListener('abort', leave);
    state.over.abort();
    if (socket.readyState !== WebSocket.CLOSED) {
      socket.close(leaveCode);
      await Promise.race([closed, pause(closeWithinMs)]);
    }
  }
}

interface State {
  readonly connection: GatewayConnection;
  readonly socket: WebSocket;
  readonly over: AbortController;
  /** Resolves when we leave. */
  readonly left: Promise<undefined>;
  end(how: GatewayEnd): void;
  ending: GatewayEnd | undefined;
  greeted: boolean;
  acknowledged: boolean;
}

function createState(connection: GatewayConnection, socket: WebSocket): State {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const state: State = {
    connection,
    socket,
    over: new AbortController(),
    left: promise,
    end(how) {
      state.ending ??= how;
      resolve(undefined);
    },
    ending: undefined,
    greeted: false,
    acknowledged: true,
  };
  return state;
}

function hear(state: State, data: unknown): void {
  const payload = parsePayload(data);
  if (payload === undefined || state.over.signal.aborted) return;
  const { op, d, t, s } = payload;
  switch (op) {
    case opcodes.dispatch:
      if (typeof t === 'string' && typeof s === 'number')
        state.connection.onDispatch({ type: t, seq: s, data: d });
      return;
    case opcodes.heartbeat:
      return beat(state);
    case opcodes.reconnect:
      return state.end({ next: 'resume', reason: 'asked to reconnect', asked: true });
    case opcodes.invalid:
      return state.end({
        next: d === true ? 'resume' : 'begin',
        reason: 'the session is invalid',
        asked: false,
      });
    case opcodes.hello:
      return greet(state, d);
    case opcodes.ack:
      state.acknowledged = true;
  }
}

function parsePayload(data: unknown): WirePayload | undefined {
  if (typeof data !== 'string') return undefined;
  try {
    return WirePayload.safeParse(JSON.parse(data)).data;
  } catch {
    return undefined;
  }
}

function greet(state: State, hello: unknown): void {
  const { connection } = state;
  state.greeted = true;
  const intervalMs = intervalOf(hello);
  // https://discord.com/developers/docs/topics/gateway#sending-heartbeats
  later(intervalMs * connection.random(), state.over.signal, () => keepBeating(state, intervalMs));
  const { token, intents, presence, resume } = connection;
  if (resume === undefined) {
    const properties = { os: 'linux', browser: 'cuttle', device: 'cuttle' };
    send(state, opcodes.identify, { token, intents, properties, presence });
  } else send(state, opcodes.resume, { token, session_id: resume.sessionId, seq: resume.seq });
}

function intervalOf(hello: unknown): number {
  const said =
    typeof hello === 'object' && hello !== null && 'heartbeat_interval' in hello
      ? Number(hello.heartbeat_interval)
      : Number.NaN;
  return Number.isFinite(said) ? Math.min(Math.max(said, 10), 300_000) : 41_250;
}

function keepBeating(state: State, intervalMs: number): void {
  // A connection that answers no heartbeat is dead, whatever the socket says.
  if (!state.acknowledged)
    return state.end({ next: 'resume', reason: 'no heartbeat came back', asked: false });
  state.acknowledged = false;
  beat(state);
  later(intervalMs, state.over.signal, () => keepBeating(state, intervalMs));
}

function beat(state: State): void {
  send(state, opcodes.heartbeat, state.connection.committed() ?? null);
}

function send({ socket }: State, op: number, d: unknown): void {
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ op, d }));
}

/** Real time, as the peer counts it: a heartbeat is not work that a clock may put off. */
function later(ms: number, over: AbortSignal, act: () => void): void {
  const due = AbortSignal.timeout(Math.max(1, Math.ceil(ms)));
  due.addEventListener('abort', () => {
    if (!over.aborted) act();
  });
}

function pause(ms: number): Promise<undefined> {
  return new Promise((resolve) => {
    AbortSignal.timeout(ms).addEventListener('abort', () => resolve(undefined));
  });
}
