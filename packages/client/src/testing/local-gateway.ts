import { type WebSocket, WebSocketServer } from 'ws';

/** A request as it came in. */
export interface Received {
  readonly method: string;
  readonly params: Record<string, unknown>;
}
export interface Peer {
  /** Sends an event frame with the connection's next number, or with `seq`. */
  event(event: string, payload: unknown, seq?: number): void;
  /** Cuts the connection without a word. */
  cut(): void;
}
export type Answer = (params: Record<string, unknown>, peer: Peer) => unknown;

/** What an answer throws becomes an error frame. */
export class Refusal extends Error {
  readonly error: Record<string, unknown>;
  constructor(error: Record<string, unknown>) {
    super('refused');
    this.error = error;
  }
}

export interface LocalGateway extends AsyncDisposable {
  readonly url: string;
  readonly received: readonly Received[];
  readonly peers: readonly Peer[];
  /** How a method is answered from now on; undefined leaves it without an answer. */
  answer(method: string, answer: Answer | undefined): void;
  /** The next request of this method is refused with this error. */
  refuseOnce(method: string, error: Record<string, unknown>): void;
  /** Resolves with the next request of this method that is not answered otherwise. */
  next(method: string): Promise<Received>;
  /** Connections that were made so far. */
  nextPeer(): Promise<Peer>;
}

export const hello = {
  type: 'hello-ok',
  protocol: 4,
  server: { name: 'local', version: '0', connId: 'c1', epoch: 'e1' },
  features: { methods: [], events: [] },
  snapshot: { agentId: 'main', model: 'offline', mainSessionKey: 'agent:main:main', uptimeMs: 1 },
  auth: { role: 'owner', scopes: ['operator.admin'] },
  policy: { maxPayload: 1_000_000, maxBufferedBytes: 1_000_000, tickIntervalMs: 0 },
};

/** The gateway's frames on a real socket, its answers scripted by the test. */
export async function openLocalGateway(): Promise<LocalGateway> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, path: '/ws' });
  await new Promise((resolve) => server.once('listening', resolve));
  const answers = new Map<string, Answer>([['connect', () => hello]]);
  const refusals = new Map<string, Record<string, unknown>>();
  const received: Received[] = [];
  const peers: Peer[] = [];
  const waiting: { method: string; resolve: (request: Received) => void }[] = [];
  const waitingForPeer: ((peer: Peer) => void)[] = [];

  server.on('connection', (socket) => {
    const peer = toPeer(socket);
    socket.on('message', (data: Buffer) => {
      const { id, method, params } = JSON.parse(data.toString('utf8'));
      const request = { method, params };
      received.push(request);
      const at = waiting.findIndex((one) => one.method === method);
      if (at >= 0) waiting.splice(at, 1)[0]?.resolve(request);
      const error = refusals.get(method);
      refusals.delete(method);
      void respond(socket, id, () => {
        if (error) throw new Refusal(error);
        return answers.get(method)?.(params, peer);
      });
      if (method === 'connect') {
        peers.push(peer);
        waitingForPeer.shift()?.(peer);
      }
    });
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null)
    throw new TypeError('It does not listen on TCP.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    received,
    peers,
    answer(method, answer) {
      if (answer) answers.set(method, answer);
      else answers.delete(method);
    },
    refuseOnce: (method, error) => void refusals.set(method, error),
    next: (method) => new Promise((resolve) => waiting.push({ method, resolve })),
    nextPeer: () => new Promise((resolve) => waitingForPeer.push(resolve)),
    async [Symbol.asyncDispose]() {
      for (const socket of server.clients) socket.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function toPeer(socket: WebSocket): Peer {
  let count = 0;
  return {
    event(event, payload, seq) {
      count = seq ?? count + 1;
      socket.send(JSON.stringify({ type: 'event', event, seq: count, payload }));
    },
    cut: () => socket.terminate(),
  };
}

async function respond(socket: WebSocket, id: string, answer: () => unknown): Promise<void> {
  try {
    const payload = await answer();
    if (payload !== undefined) socket.send(JSON.stringify({ type: 'res', id, ok: true, payload }));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    socket.send(JSON.stringify({ type: 'res', id, ok: false, error: error.error }));
  }
}
