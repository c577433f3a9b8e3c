import { lookup as resolveName } from 'node:dns/promises';
import { CuttleError, isCuttleError } from '@cuttle/core-types/errors';
import * as undici from 'undici';
import type { GuardedFetchOptions } from './create-guarded-fetch.ts';
import { createGuard, type Guard } from './guard.ts';
import { createGuardedConnector, type Resolve } from './guarded-connector.ts';

/** What one request of ours is, once the caller's `Request` has been read: it can be sent again after a redirect. */
interface Wish {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly body: ArrayBuffer | undefined;
}
export type Exchange = (request: Request) => Promise<Response>;
/** undici's own fetch and connector; tests put a spoofed dialler here. */
export type Transport = Pick<typeof undici, 'Agent' | 'buildConnector' | 'fetch'>;

/** Built on first use, since undici is heavy. See `createGuardedFetch` for the contract. */
export function createExchange(
  options: Required<Omit<GuardedFetchOptions, 'ports' | 'resolve'>> & GuardedFetchOptions,
  transport: Transport = undici,
): { readonly exchange: Exchange; close(): Promise<void> } {
  const guard = createGuard(options);
  const agent = new transport.Agent({
    connect: createGuardedConnector({
      guard,
      resolve: options.resolve ?? resolveAll,
      build: (lookup) => transport.buildConnector({ lookup, allowH2: false }),
    }),
  });
  const send = createSend(transport, agent);
  const exchange: Exchange = async (request) => {
    const timeout = Number.isFinite(options.timeoutMs)
      ? AbortSignal.timeout(options.timeoutMs)
      : undefined;
    const signal = timeout ? AbortSignal.any([request.signal, timeout]) : request.signal;
    const explain = (error: unknown): unknown => toFetchError(error, request.signal, timeout);
    try {
      const response = await follow({ send, guard, options }, await toWish(request), signal);
      return toResponse(response, options.maxBytes, explain);
    } catch (error) {
      throw explain(error);
    }
  };
  return { exchange, close: () => agent.destroy() };
}

type Send = (wish: Wish, signal: AbortSignal) => Promise<undici.Response>;

function createSend(transport: Transport, dispatcher: undici.Agent): Send {
  return ({ url, method, headers, body }, signal) =>
    transport.fetch(url, {
      method,
      headers: [...headers],
      signal,
      dispatcher,
      redirect: 'manual',
      ...(body && { body }),
    });
}

const resolveAll: Resolve = async (hostname) => {
  const found = await resolveName(hostname, { all: true });
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
};

async function toWish(request: Request): Promise<Wish> {
  return {
    url: new URL(request.url),
    method: request.method,
    headers: request.headers,
    body: request.body ? await request.arrayBuffer() : undefined,
  };
}

async function follow(
  deps: { send: Send; guard: Guard; options: { maxRedirects: number } },
  first: Wish,
  signal: AbortSignal,
): Promise<undici.Response> {
  let wish = first;
  for (let redirects = 0; ; redirects += 1) {
    deps.guard.checkUrl(wish.url);
    const response = await deps.send(wish, signal);
    const next = nextWish(wish, response);
    if (!next) return response;
    await response.body?.cancel();
    if (redirects >= deps.options.maxRedirects)
      throw new CuttleError('fetch.failed', `${first.url.hostname} redirects too often.`);
    wish = next;
  }
}

const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** What may be told to another origin than the one it was meant for. */
const neutralHeaders: ReadonlySet<string> = new Set([
  'accept',
  'accept-language',
  'range',
  'user-agent',
]);

/** https://fetch.spec.whatwg.org/#http-redirect-fetch, stricter: nothing but neutral headers crosses to another origin, and no body. */
function nextWish(wish: Wish, response: undici.Response): Wish | undefined {
  const location = response.headers.get('location');
  if (!redirectStatuses.has(response.status) || location === null) return undefined;
  if (!URL.canParse(location, wish.url.href))
    throw new CuttleError('fetch.failed', `${wish.url.hostname} redirects to no address.`);
  const url = new URL(location, wish.url);
  const isSameOrigin = url.origin === wish.url.origin;
  const becomesGet =
    response.status === 303
      ? wish.method !== 'HEAD'
      : wish.method === 'POST' && response.status <= 302;
  const body = becomesGet ? undefined : wish.body;
  if (body && !isSameOrigin)
    throw new CuttleError(
      'fetch.blocked',
      `${wish.url.hostname} redirects what was sent to ${url.hostname}.`,
    );
  const kept = [...wish.headers].filter(
    ([name]) =>
      (isSameOrigin || neutralHeaders.has(name)) && (body || !name.startsWith('content-')),
  );
  return { url, method: becomesGet ? 'GET' : wish.method, headers: new Headers(kept), body };
}

function toResponse(
  response: undici.Response,
  maxBytes: number,
  explain: (error: unknown) => unknown,
): Response {
  const { status, statusText } = response;
  const announced = Number(response.headers.get('content-length') ?? 0);
  if (announced > maxBytes) {
    // Owned here: closing a body that nobody will read cannot fail in a way that matters.
    response.body?.cancel().catch(() => undefined);
    throw tooLarge(maxBytes);
  }
  const headers = new Headers([...response.headers]);
  // The body comes decoded.
  for (const name of ['content-encoding', 'content-length', 'transfer-encoding'])
    headers.delete(name);
  const body =
    response.body && status !== 204 && status !== 205 && status !== 304
      ? toBounded(response.body, maxBytes, explain)
      : null;
  const result = new Response(body, { status, statusText, headers });
  return Object.defineProperty(result, 'url', { value: response.url });
}

function toBounded(
  body: NonNullable<undici.Response['body']>,
  maxBytes: number,
  explain: (error: unknown) => unknown,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let bytes = 0;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { value, done } = await reader.read();
          if (done) {
            controller.close();
            return;
          }
          bytes += value.byteLength;
          if (bytes > maxBytes) throw tooLarge(maxBytes);
          controller.enqueue(value);
        } catch (error) {
          // Owned here: the body is given up already.
          reader.cancel().catch(() => undefined);
          throw explain(error);
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

function tooLarge(maxBytes: number): CuttleError {
  return new CuttleError('fetch.too-large', `The answer is larger than ${maxBytes} bytes.`);
}

/** The caller's abort stays what it is; a reason of ours may lie under undici's `fetch failed`. */
function toFetchError(
  error: unknown,
  signal: AbortSignal,
  timeout: AbortSignal | undefined,
): unknown {
  if (signal.aborted) return signal.reason;
  if (timeout?.aborted)
    return new CuttleError('fetch.timeout', 'The server did not answer in time.', { cause: error });
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; depth += 1) {
    if (isCuttleError(cause)) return cause;
    cause = cause.cause;
  }
  return new CuttleError('fetch.failed', 'The server could not be reached or broke off.', {
    cause: error,
  });
}
