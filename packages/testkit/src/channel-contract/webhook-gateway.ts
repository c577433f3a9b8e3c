import type { IncomingMessage } from 'node:http';
import type { Channel, Door } from '@cuttle/core-types/ports';
import { readBytes } from '../exchange.ts';
import { openLoopbackServer } from '../loopback-server.ts';

/** The part of a gateway that a messenger calls: a webhook, behind which a channel stands while it receives. */
export interface WebhookGateway extends AsyncDisposable {
  readonly url: string;
  isServing(): boolean;
  /** Resolves with the abort. */
  serve(channel: Channel, door: Door, signal: AbortSignal): Promise<void>;
}

const maxBytes = 16 * 1024 * 1024;

/** `whenIdle`: what is answered to a body while no channel receives; 503 without it. */
export async function openWebhookGateway(
  whenIdle: (body: string) => Response = () => new Response(null, { status: 503 }),
): Promise<WebhookGateway> {
  let now: { channel: Channel; door: Door; signal: AbortSignal } | undefined;
  const answer = async (request: IncomingMessage): Promise<Response> => {
    const body = await readBytes(request, maxBytes);
    if (now?.channel.webhook === undefined) return whenIdle(new TextDecoder().decode(body));
    return now.channel.webhook.receive(toRequest(request, body), now.door, now.signal);
  };
  const server = await openLoopbackServer(
    async (request, response) => {
      const answered = await answer(request).catch(() => new Response(null, { status: 500 }));
      response.writeHead(answered.status).end(await answered.text());
    },
    { onError() {} }, // whoever called sees its connection end, and tells again
  );
  return {
    url: `${server.origin}/hooks/test/main`,
    isServing: () => now !== undefined,
    serve(channel, door, signal) {
      now = { channel, door, signal };
      return new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          now = undefined;
          resolve();
        });
      });
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function toRequest(request: IncomingMessage, body: Uint8Array<ArrayBuffer>): Request {
  const { method = 'GET', url = '' } = request;
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) headers.set(name, String(value));
  headers.delete('connection');
  const content = method === 'GET' ? {} : { body };
  return new Request(`http://gateway.test${url}`, { method, headers, ...content });
}
