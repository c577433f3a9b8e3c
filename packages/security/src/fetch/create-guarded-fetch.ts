import { CuttleError } from '@cuttle/core-types/errors';
import type { createExchange } from './exchange.ts';
import type { Resolve } from './guarded-connector.ts';

export interface GuardedFetchOptions {
  /** Internal places that may be reached all the same: `host` or `host:port`. Default none. */
  readonly allow?: readonly string[];
  /** Ports of the open internet that may be dialled. Default any. */
  readonly ports?: readonly number[];
  /** Bytes of a decoded answer. Default 10 MB. */
  readonly maxBytes?: number;
  /** For the whole exchange with redirects and body; `Infinity` for none. Default 30 s. */
  readonly timeoutMs?: number;
  /** Default 5. */
  readonly maxRedirects?: number;
  /** Resolves names; the system's resolver if absent. */
  readonly resolve?: Resolve;
}

export type GuardedFetch = typeof globalThis.fetch & AsyncDisposable;

/**
 * A `fetch` that reaches the open internet only. Contract:
 * - internal addresses in any spelling, by name, by redirect or by a name that resolves to one reject with `fetch.blocked`,
 *   and no byte is sent to them: every resolved address and the peer of the connected socket are checked;
 * - each redirect is checked anew; another origin gets neither the credentials nor the body of the first;
 * - the answer's body errors with `fetch.too-large` past `maxBytes`, counted after decoding;
 * - it rejects with `fetch.timeout`, with `fetch.failed` for what else goes wrong, and with `signal.reason` after an abort;
 * - `response.url` is the last address. Cookies are never kept, proxies of the environment never used.
 */
export function createGuardedFetch(options: GuardedFetchOptions = {}): GuardedFetch {
  const limits = {
    allow: [],
    maxBytes: 10_000_000,
    timeoutMs: 30_000,
    maxRedirects: 5,
    ...options,
  };
  let opened: Promise<ReturnType<typeof createExchange>> | undefined;
  const guardedFetch: typeof globalThis.fetch = async (input, init) => {
    const request = toRequest(input, init);
    request.signal.throwIfAborted();
    opened ??= import('./exchange.ts').then((loaded) => loaded.createExchange(limits));
    const { exchange } = await opened;
    return exchange(request);
  };
  return Object.assign(guardedFetch, {
    async [Symbol.asyncDispose]() {
      const exchange = await opened;
      await exchange?.close();
    },
  });
}

/** Reads what the caller wants as the platform's own `Request` would. */
function toRequest(input: string | URL | Request, init: RequestInit | undefined): Request {
  try {
    return new Request(input, init);
  } catch (error) {
    throw new CuttleError('fetch.blocked', 'This is not an address that can be fetched.', {
      cause: error,
    });
  }
}
