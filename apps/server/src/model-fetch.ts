import type { Agent, ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { getBuiltinModule } from 'node:process';

// Not imported: see `listen.ts`.
const { Agent: HttpAgent, request: requestHttp } = getBuiltinModule('node:http');

type Body = string | Uint8Array | undefined;

/** A request that is plain enough to be sent here. */
interface Wish {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly body: Body;
  readonly signal: AbortSignal | undefined;
}

/** One scheme's way to send. */
interface Wire {
  readonly agent: Agent;
  request(url: URL, options: RequestOptions): ClientRequest;
}

export interface ModelFetch extends Disposable {
  readonly fetch: typeof fetch;
}

/**
 * `fetch` for the requests of models, over Node's own HTTP client: for a small JSON request and its event stream
 * half of the time that Node's `fetch` takes. Whatever is not that (forms and streams as body, `redirect`, a proxy
 * from the environment, an answer that redirects) is left to Node's `fetch`. It throws what that throws: a
 * `TypeError` with its cause, or the reason of the abort.
 */
export function createModelFetch(env: Readonly<Record<string, string | undefined>>): ModelFetch {
  const http: Wire = { agent: new HttpAgent({ keepAlive: true }), request: requestHttp };
  let https: Promise<Wire> | undefined;
  // TLS is loaded when it is first needed.
  const wireOf = ({ protocol }: URL): Wire | Promise<Wire> =>
    protocol === 'http:' ? http : (https ??= openTls());
  // Taken now: an SDK that takes no `fetch` is given one in the place of Node's while it begins a request.
  const { fetch: nodeFetch } = globalThis;
  // https://nodejs.org/api/cli.html#node_use_env_proxy1
  const usesProxy = env['NODE_USE_ENV_PROXY'] === '1';
  const modelFetch: typeof fetch = async (input, init = {}) => {
    const wish = usesProxy ? undefined : toWish(input, init);
    if (!wish) return nodeFetch(input, init);
    wish.signal?.throwIfAborted();
    const answer = await send(await wireOf(wish.url), wish);
    if (!redirectStatuses.has(answer.statusCode ?? 0)) return toResponse(answer, wish.signal);
    answer.destroy();
    return nodeFetch(input, init);
  };
  return {
    fetch: modelFetch,
    [Symbol.dispose]() {
      http.agent.destroy();
      // A module of Node that does not load was told to whoever asked for it.
      https?.then(
        ({ agent }) => agent.destroy(),
        () => {},
      );
    },
  };
}

async function openTls(): Promise<Wire> {
  const { Agent: TlsAgent, request } = await import('node:https');
  return { agent: new TlsAgent({ keepAlive: true }), request };
}

// https://fetch.spec.whatwg.org/#redirect-status
const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
// https://fetch.spec.whatwg.org/#null-body-status
const bodilessStatuses: ReadonlySet<number> = new Set([204, 205, 304]);
const schemes: ReadonlySet<string> = new Set(['http:', 'https:']);

function toWish(input: Parameters<typeof fetch>[0], init: RequestInit): Wish | undefined {
  const { method = 'GET', headers, body, signal, redirect } = init;
  if (input instanceof Request || redirect !== undefined || !isPlain(body)) return undefined;
  const url = URL.parse(String(input));
  if (!url || !schemes.has(url.protocol)) return undefined;
  return {
    url,
    method: method.toUpperCase(),
    // Names and values are checked by these, for whoever passes a plain object.
    headers: headers instanceof Headers ? headers : new Headers(headers),
    body: body ?? undefined,
    signal: signal ?? undefined,
  };
}

function isPlain(body: RequestInit['body']): body is Body | null {
  return (
    body === null || ['string', 'undefined'].includes(typeof body) || body instanceof Uint8Array
  );
}

function send(wire: Wire, { url, method, headers, body, signal }: Wish): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const sent: Record<string, string | number> = {
    accept: '*/*',
    // What it does not ask for it need not unpack.
    'accept-encoding': 'identity',
    ...Object.fromEntries(headers),
  };
  if (body !== undefined) {
    sent['content-length'] = Buffer.byteLength(body);
    if (typeof body === 'string') sent['content-type'] ??= 'text/plain;charset=UTF-8';
  }
  const call = wire.request(url, { agent: wire.agent, method, headers: sent });
  const stop = (): void => void call.destroy();
  signal?.addEventListener('abort', stop, { once: true });
  call.once('response', resolve);
  // It also ends answers, whose readers hear of it by themselves.
  call.on('error', (cause) =>
    reject(signal?.aborted ? signal.reason : new TypeError('fetch failed', { cause })),
  );
  call.once('close', () => signal?.removeEventListener('abort', stop));
  call.end(body);
  return promise;
}

function toResponse(answer: IncomingMessage, signal: AbortSignal | undefined): Response {
  const { statusCode: status = 0, statusMessage: statusText = '' } = answer;
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(answer.headersDistinct))
    for (const value of values) headers.append(name, value);
  if (bodilessStatuses.has(status)) {
    answer.resume();
    return new Response(null, { status, statusText, headers });
  }
  const encoding = headers.get('content-encoding') ?? 'identity';
  const body = toStream(answer, signal);
  if (encoding === 'identity') return new Response(body, { status, statusText, headers });
  headers.delete('content-encoding');
  headers.delete('content-length');
  return new Response(unpack(body, encoding), { status, statusText, headers });
}

/** Some pack what they were asked to send as it is. */
function unpack(body: ReadableStream<Uint8Array>, encoding: string): ReadableStream<Uint8Array> {
  if (encoding === 'gzip' || encoding === 'deflate') {
    // The types of streams tell apart who owns the memory, which nobody here asks.
    const unpacked = new DecompressionStream(encoding) as TransformStream<Uint8Array, Uint8Array>;
    return body.pipeThrough(unpacked);
  }
  const cause = new Error(`The answer is packed as ${encoding}, which was not asked for.`);
  // Owned here: nobody reads it.
  body.cancel(cause).catch(() => {});
  throw new TypeError('fetch failed', { cause });
}

/** The bytes as they come, at the pace of their reader. An abort, or a connection that ends before the answer does, fails the reading. */
function toStream(
  answer: IncomingMessage,
  signal: AbortSignal | undefined,
): ReadableStream<Uint8Array> {
  let isOver = answer.destroyed;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const fail = (cause?: Error): void => {
          if (isOver) return;
          isOver = true;
          controller.error(
            signal?.aborted ? signal.reason : new TypeError('terminated', { cause }),
          );
        };
        if (isOver) controller.error(new TypeError('terminated', { cause: answer.errored }));
        answer.pause();
        answer.on('data', (chunk: Buffer) => {
          if (isOver) return;
          controller.enqueue(chunk);
          if ((controller.desiredSize ?? 0) <= 0) answer.pause();
        });
        answer.once('end', () => {
          if (isOver) return;
          isOver = true;
          controller.close();
        });
        answer.once('error', fail);
        answer.once('close', () => fail());
      },
      pull: () => void answer.resume(),
      cancel() {
        isOver = true;
        answer.destroy();
      },
    },
    { highWaterMark: 0 },
  );
}
