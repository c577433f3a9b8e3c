import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CuttleError, toErrorBody } from '@cuttle/core-types/errors';
import { WebSocketServer } from 'ws';

export type Answer = (params: Record<string, unknown>, say: Say) => unknown;
/** Sends an event frame. */
export type Say = (event: string, payload: unknown) => void;

export interface ScriptedGateway extends AsyncDisposable {
  readonly url: string;
  readonly received: readonly { method: string; params: Record<string, unknown> }[];
  answer(method: string, answer: Answer): void;
}

const hello = {
  type: 'hello-ok',
  protocol: 4,
  server: { name: 'scripted', version: '0', connId: 'c', epoch: 'e' },
  features: { methods: [], events: [] },
  snapshot: {
    agentId: 'main',
    model: 'offline/offline',
    mainSessionKey: 'agent:main:main',
    uptimeMs: 1,
  },
  auth: { role: 'owner', scopes: ['operator.admin'] },
  policy: { maxPayload: 1_000_000, maxBufferedBytes: 1_000_000, tickIntervalMs: 0 },
};

/** The gateway's doors on loopback, its answers scripted by the test. It takes the token `right`. */
export async function openScriptedGateway(
  answers: Readonly<Record<string, Answer>> = {},
): Promise<ScriptedGateway> {
  const http = createServer((_request, response) => response.end('{}'));
  const sockets = new WebSocketServer({ server: http, path: '/ws' });
  const table = new Map<string, Answer>([['connect', checkToken], ...Object.entries(answers)]);
  const received: { method: string; params: Record<string, unknown> }[] = [];
  sockets.on('connection', (socket) => {
    let seq = 0;
    const say: Say = (event, payload) => {
      seq += 1;
      socket.send(JSON.stringify({ type: 'event', event, seq, payload }));
    };
    const respond = async (data: Buffer): Promise<void> => {
      const { id, method, params } = JSON.parse(data.toString('utf8'));
      received.push({ method, params });
      try {
        const answer = table.get(method);
        if (!answer)
          throw new CuttleError('method.unknown', `No answer to ${method} was scripted.`);
        const payload = await answer(params, say);
        socket.send(JSON.stringify({ type: 'res', id, ok: true, payload }));
      } catch (error) {
        socket.send(JSON.stringify({ type: 'res', id, ok: false, error: toErrorBody(error) }));
      }
    };
    socket.on('message', (data: Buffer) => void respond(data));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo; // listening on TCP
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    answer: (method, answer) => table.set(method, answer),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets.clients) socket.terminate();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

function checkToken({ auth }: Record<string, unknown>): unknown {
  if (JSON.stringify(auth) === '{"token":"right"}') return hello;
  throw new CuttleError('access.unauthenticated', 'The token is not right.');
}
