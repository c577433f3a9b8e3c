import { once } from 'node:events';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { CuttleError, isCuttleError } from '@cuttle/core-types/errors';
import type { LoopbackRedirect, RedirectListener } from '@cuttle/providers/login';

/**
 * Listens on this machine alone for the browser to come back (https://www.rfc-editor.org/rfc/rfc8252#section-7.3). Throws
 * `login.unset` where a port that the service insists on is taken.
 */
export async function openRedirectListener(
  redirect: LoopbackRedirect,
  signal: AbortSignal,
): Promise<RedirectListener> {
  const waiting: { hear?: (url: URL) => boolean } = {};
  const answer: RequestListener = (incoming, response) => {
    const url = URL.parse(incoming.url ?? '/', 'http://127.0.0.1');
    const isRight = incoming.method === 'GET' && url?.pathname === redirect.path;
    if (!url || !isRight) return say(response, 404, 'There is nothing here.');
    if (waiting.hear?.(url) !== true)
      return say(response, 400, 'This answer belongs to no login that is under way here.');
    const isGood = url.searchParams.has('code');
    say(
      response,
      200,
      isGood
        ? 'Done: you can close this page and go back to the terminal.'
        : 'The login was refused. The terminal says more.',
    );
  };
  const servers = await listenBoth(answer, redirect, signal);
  const port = portOf(servers[0]);
  return {
    url: `http://${redirect.host}:${port}${redirect.path}`,
    next: (isOurs, over) => {
      const answered = Promise.withResolvers<URL>();
      const leave = (): void => answered.reject(over.reason);
      if (over.aborted) leave();
      over.addEventListener('abort', leave, { once: true });
      waiting.hear = (url) => {
        if (!isOurs(url)) return false;
        delete waiting.hear;
        answered.resolve(url);
        return true;
      };
      return answered.promise.finally(() => over.removeEventListener('abort', leave));
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(servers.map((server) => close(server)));
    },
  };
}

/** `localhost` is one address to one browser, and another to the next. */
async function listenBoth(
  answer: RequestListener,
  { host, port }: LoopbackRedirect,
  signal: AbortSignal,
): Promise<readonly [Server, ...Server[]]> {
  const first = createServer({ requestTimeout: 10_000 }, answer);
  await listen(first, { host: '127.0.0.1', port }, signal);
  if (host !== 'localhost') return [first];
  const second = createServer({ requestTimeout: 10_000 }, answer);
  try {
    await listen(second, { host: '::1', port: portOf(first) }, signal);
    return [first, second];
  } catch (error) {
    if (signal.aborted) await close(first);
    signal.throwIfAborted();
    // A machine without IPv6.
    if (isCuttleError(error, 'login.unset')) return [first];
    throw error;
  }
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('No TCP address');
  return address.port;
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  // The page that says that all is well goes out before.
  server.closeIdleConnections();
  await closed;
}

async function listen(
  server: Server,
  at: { readonly host: string; readonly port: number },
  signal: AbortSignal,
): Promise<void> {
  try {
    server.listen(at);
    await once(server, 'listening', { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw new CuttleError('login.unset', `Port ${at.port} of ${at.host} cannot be listened on.`, {
      cause: error,
      hint: 'End what uses it, or log in with --no-browser and paste the address.',
    });
  }
}

/** Nothing of the request is repeated, so that nothing can be slipped into the page. */
function say(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
    'referrer-policy': 'no-referrer',
    connection: 'close',
  });
  response.end(
    `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Cuttle</title><body style="font: 18px system-ui; max-width: 32em; margin: 20vh auto; padding: 0 1em; color-scheme: light dark"><h1>Cuttle</h1><p>${text}</p></body></html>`,
  );
}
