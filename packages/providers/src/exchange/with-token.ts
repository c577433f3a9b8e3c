import { CuttleError, isCuttleError } from '@cuttle/core-types/errors';
import type { ModelToken, TokenSource } from '../login/token-source.ts';
import { readText } from './read-chunks.ts';
import type { Fetch } from './strict-fetch.ts';

/** Enough for every documented error. */
const maxErrorBytes = 65_536;
/** Where a dialect puts a key: what stands there is a stand-in. */
const keyHeaders = ['x-api-key', 'api-key', 'x-goog-api-key'];

/**
 * A `fetch` that sends the token of a saved login in place of a key, whatever the dialect. A token that is refused is renewed once
 * and the request repeated; what is refused then is `provider.auth` with what to do. Where nobody logged in, requests stay as they are.
 */
export function withToken(fetch: Fetch, source: TokenSource): Fetch {
  return async (input, init) => {
    const signal = init?.signal ?? never;
    const first = await told(source, () => source.read(signal), signal);
    if (!first) return fetch(input, init);
    const response = await send(fetch, { input, init, token: first });
    if (response.status !== 401) return conceal(response, first, signal);
    await response.body?.cancel();
    const second = await told(source, () => source.renew(first.token, signal), signal);
    if (!second || second.token === first.token) throw refused(source);
    const again = await send(fetch, { input, init, token: second });
    if (again.status !== 401) return conceal(again, second, signal);
    await again.body?.cancel();
    throw refused(source);
  };
}

const never = new AbortController().signal;

async function send(
  fetch: Fetch,
  {
    input,
    init,
    token: { token, headers: added, baseUrl },
  }: {
    readonly input: Parameters<Fetch>[0];
    readonly init: Parameters<Fetch>[1];
    readonly token: ModelToken;
  },
): Promise<Response> {
  const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : {}));
  for (const name of keyHeaders) headers.delete(name);
  headers.set('authorization', `Bearer ${token}`);
  for (const [name, value] of Object.entries(added))
    if (!(headers.get(name) ?? '').includes(value)) headers.append(name, value);
  return fetch(toAddress(input, baseUrl), { ...init, headers });
}

/** Some services give an account an address of its own. A request as an object keeps its address. */
function toAddress(input: Parameters<Fetch>[0], baseUrl: string | undefined): Parameters<Fetch>[0] {
  if (baseUrl === undefined || input instanceof Request) return input;
  const url = new URL(input);
  return new URL(`${url.pathname}${url.search}`, baseUrl);
}

/** A service that repeats the token in its error must not have it shown. */
async function conceal(
  response: Response,
  { token }: ModelToken,
  signal: AbortSignal,
): Promise<Response> {
  if (response.ok || response.body === null) return response;
  const body = await readText({ service: 'login', response, maxBytes: maxErrorBytes }, signal);
  const { status, statusText, headers } = response;
  const shown = body.replaceAll(token, '***');
  return new Response(shown, { status, statusText, headers: withoutLength(headers) });
}

function withoutLength(headers: Headers): Headers {
  const kept = new Headers(headers);
  for (const name of ['content-length', 'content-encoding']) kept.delete(name);
  return kept;
}

/** A provider fails with codes of its own. */
async function told(
  source: TokenSource,
  work: () => Promise<ModelToken | undefined>,
  signal: AbortSignal,
): Promise<ModelToken | undefined> {
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    if (!isCuttleError(error)) throw error;
    if (isCuttleError(error, 'login.unavailable'))
      throw new CuttleError(
        'provider.network',
        `The login could not be renewed: ${error.message}`,
        {
          cause: error,
        },
      );
    throw refused(source, error);
  }
}

function refused({ login }: TokenSource, cause?: CuttleError): CuttleError {
  const hint = cause?.hint ?? `Log in again: \`cuttle auth login ${login}\`.`;
  const message = cause?.message ?? `The saved login "${login}" is not accepted any more.`;
  return new CuttleError('provider.auth', message, { hint, ...(cause && { cause }) });
}
