import { CuttleError } from '@cuttle/core-types/errors';
import { z } from 'zod';
import type { ChannelDeps } from '../channel-definition.ts';
import type { TelegramOptions } from './options.ts';
import { hadNoEffect, toNetworkError } from '../network-failure.ts';
import { type FormFile, toForm } from '../upload-form.ts';
import { toChannelError } from './telegram-failure.ts';

/** Calls methods of the Bot API through grammY, which is loaded at the first call. No retries, no throttling. */
export interface TelegramApi {
  /** Throws `channel.*`, or `signal.reason` after an abort. */
  call(
    method: string,
    params: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<unknown>;
  /** The same with files, which parameters name as `attach://<field>`. */
  upload(request: Upload, signal: AbortSignal): Promise<unknown>;
}

export interface Upload {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly files: readonly FormFile[];
}

type Call = (
  method: string,
  params: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
) => Promise<unknown>;

export function createTelegramApi(
  options: Pick<TelegramOptions, 'token' | 'apiRoot' | 'pollTimeoutSeconds'>,
  deps: Pick<ChannelDeps, 'fetch'>,
): TelegramApi {
  let loading: Promise<Call> | undefined;
  return {
    async call(method, params, signal) {
      signal.throwIfAborted();
      try {
        loading ??= loadClient(options, deps);
        const call = await loading;
        signal.throwIfAborted();
        return await call(method, params, signal);
      } catch (error) {
        signal.throwIfAborted();
        throw toChannelError(error);
      }
    },
    async upload(request, signal) {
      signal.throwIfAborted();
      try {
        return await upload(options, { ...request, fetch: deps.fetch }, signal);
      } catch (error) {
        signal.throwIfAborted();
        throw toChannelError(error);
      }
    },
  };
}

/** A form by the standard `fetch`: grammY would bring its own streams, which the web's build writes byte by byte. */
async function upload(
  { token, apiRoot }: Pick<TelegramOptions, 'token' | 'apiRoot'>,
  { method, params, files, fetch }: Upload & Pick<ChannelDeps, 'fetch'>,
  signal: AbortSignal,
): Promise<unknown> {
  const fields = Object.entries(params).map(([name, value]): [string, string] => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  const body = toForm(Object.fromEntries(fields), files);
  const answer = await post(fetch, `${apiRoot}/bot${token}/${method}`, { body, signal });
  if (answer.ok) return answer['result'];
  throw toChannelError(answer);
}

type RawMethod = (...args: readonly unknown[]) => Promise<unknown>;

async function loadClient(
  {
    token,
    apiRoot,
    pollTimeoutSeconds,
  }: Pick<TelegramOptions, 'token' | 'apiRoot' | 'pollTimeoutSeconds'>,
  deps: Pick<ChannelDeps, 'fetch'>,
): Promise<Call> {
  // The build for the web is an ES module over the standard fetch: it bundles, and brings no second HTTP client.
  const { Api } = await import('grammy/web');
  const api = new Api(token, {
    apiRoot,
    // grammY's types speak of node-fetch; it uses what `toTransport` takes and gives.
    fetch: toTransport(deps.fetch) as never,
    timeoutSeconds: pollTimeoutSeconds + 15,
  });
  // Methods by name, called with what `encode` made: the answers are parsed where they are read. Not to be awaited as
  // it is: the proxy has every name, `then` too.
  const raw = api.raw as unknown as Readonly<Record<string, RawMethod>>;
  return async (method, params, signal) => {
    // grammY knows methods without parameters, and takes a signal as their first.
    const args = Object.keys(params).length === 0 ? [signal] : [params, signal];
    return raw[method]?.(...args);
  };
}

interface TransportInit {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly signal?: Pick<AbortSignal, 'aborted' | 'addEventListener' | 'removeEventListener'>;
}

/** The standard `fetch` under grammY, which brings its own kind of signal and reads only JSON. */
function toTransport(
  fetch: typeof globalThis.fetch,
): (url: string | URL, init: TransportInit) => Promise<{ json(): Promise<unknown> }> {
  return async (url, { method = 'POST', headers = {}, body, signal }) => {
    const controller = new AbortController();
    const abort = (): void => controller.abort();
    if (signal?.aborted === true) abort();
    signal?.addEventListener('abort', abort);
    try {
      const request = {
        method,
        headers,
        signal: controller.signal,
        ...(body !== undefined && { body }),
      };
      const answer = await post(fetch, url, request);
      return { json: () => Promise.resolve(answer) };
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  };
}

const Answer = z.looseObject({ ok: z.boolean() });
type Answer = z.infer<typeof Answer>;

async function post(
  fetch: typeof globalThis.fetch,
  url: string | URL,
  init: RequestInit,
): Promise<Answer> {
  try {
    const response = await fetch(url, { method: 'POST', ...init });
    return parseAnswer(await response.text(), response.status);
  } catch (error) {
    if (error instanceof CuttleError && error.code.startsWith('channel.')) throw error;
    throw toNetworkError('Telegram', error);
  }
}

/** Half an answer says nothing about what happened; a proxy's page only that it failed. */
function parseAnswer(text: string, status: number): Answer {
  try {
    return Answer.parse(JSON.parse(text));
  } catch {
    throw new CuttleError(
      'channel.unavailable',
      `The answer of Telegram's server cannot be read (HTTP ${status}).`,
      {
        details: { reached: !hadNoEffect(status), status },
      },
    );
  }
}
