import { CuttleError, isCuttleError } from '@cuttle/core-types/errors';
import type { SentFile } from '@cuttle/core-types/ports';
import type { ChannelDeps } from '../channel-definition.ts';
import { hadNoEffect, toNetworkError } from '../network-failure.ts';
import { type BucketCall, type Buckets, createBuckets } from './buckets.ts';
import { toChannelError } from './discord-failure.ts';
import { toForm } from '../upload-form.ts';
import type { DiscordOptions } from './options.ts';

export interface DiscordCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With its ids, such as `/channels/1/messages`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Go along with the body, as its `attachments` name them. */
  readonly files?: readonly SentFile[] | undefined;
  /** The path holds a token of its own: ours is not sent along. */
  readonly open?: true;
}

/** Calls Discord's REST API. No retries; a bucket that is known to be empty refuses before the call. https://discord.com/developers/docs/reference */
export interface DiscordApi {
  /** Throws `channel.*`, or `signal.reason` after an abort. */
  call(call: DiscordCall, signal: AbortSignal): Promise<unknown>;
  /** The same, but waits as long as it is asked to, at most `times` times. For what nobody waits for. */
  callPatiently(call: DiscordCall, signal: AbortSignal): Promise<unknown>;
}

const version = 10;
/** How often a call that may wait is made again. */
const patience = 5;
/** https://discord.com/developers/docs/reference#user-agent */
const userAgent = 'DiscordBot (https://www.npmjs.com/package/cuttle, 1)';

export function createDiscordApi(
  { token, restUrl, limits }: Pick<DiscordOptions, 'token' | 'restUrl' | 'limits'>,
  { fetch, clock }: Pick<ChannelDeps, 'fetch' | 'clock'>,
): DiscordApi {
  const buckets = createBuckets({ clock }, limits);
  const once = async (call: DiscordCall, signal: AbortSignal): Promise<unknown> => {
    signal.throwIfAborted();
    const counted = beginCall(buckets, call);
    let headers: Headers | undefined;
    try {
      return await send(call, (response) => (headers = response.headers), signal);
    } finally {
      counted.ended(headers);
    }
  };
  const send = async (
    call: DiscordCall,
    onAnswer: (response: Response) => void,
    signal: AbortSignal,
  ): Promise<unknown> => {
    const query = call.query === undefined ? '' : `?${new URLSearchParams(call.query).toString()}`;
    try {
      const response = await fetch(`${restUrl}/v${version}${call.path}${query}`, {
        method: call.method,
        headers: headersOf(call, token),
        signal,
        ...(call.body !== undefined && { body: encodeBody(call) }),
      });
      onAnswer(response);
      const text = await response.text();
      if (!response.ok)
        throw toChannelError(response.status, text, response.headers.get('retry-after'));
      return parseAnswer(text, response.status);
    } catch (error) {
      signal.throwIfAborted();
      throw isCuttleError(error) && error.code.startsWith('channel.')
        ? error
        : toNetworkError('Discord', error);
    }
  };
  return {
    call: once,
    async callPatiently(call, signal) {
      for (let tries = 1; ; tries += 1)
        try {
          return await once(call, signal);
        } catch (error) {
          signal.throwIfAborted();
          if (!isCuttleError(error, 'channel.rate-limited') || tries >= patience) throw error;
          await clock.sleep(error.retryAfterMs ?? 1000, signal);
        }
    },
  };
}

/** Throws `channel.rate-limited` for a call that would exceed a limit that is known. */
function beginCall(buckets: Buckets, call: DiscordCall): BucketCall {
  const { route, major } = bucketOf(call);
  const wait = buckets.waitFor(route, major);
  if (wait === undefined) return buckets.begin(route, major);
  throw new CuttleError('channel.rate-limited', 'Discord asked us to wait.', {
    retryAfterMs: wait.ms,
    details: { scope: wait.scope },
  });
}

/** https://discord.com/developers/docs/reference#uploading-files */
function encodeBody({ body, files }: DiscordCall): string | FormData {
  const json = JSON.stringify(body);
  if (!files) return json;
  const named = files.map((file, index) => ({ field: `files[${index}]`, file }));
  return toForm({ payload_json: json }, named);
}

function headersOf({ body, files, open }: DiscordCall, token: string): Record<string, string> {
  return {
    'user-agent': userAgent,
    ...(open !== true && { authorization: `Bot ${token}` }),
    // A form names its own boundary.
    ...(body !== undefined && !files && { 'content-type': 'application/json' }),
  };
}

/** Half an answer says nothing about what happened. */
function parseAnswer(text: string, status: number): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new CuttleError(
      'channel.unavailable',
      `The answer of Discord's server cannot be read (HTTP ${status}).`,
      { details: { reached: !hadNoEffect(status), status } },
    );
  }
}

/** Limits count by route and by the channel, guild or webhook in its path; other ids do not matter. */
function bucketOf({ method, path }: DiscordCall): { route: string; major: string } {
  const [, major = ''] = /^\/(?:channels|guilds|webhooks|interactions)\/([^/]+)/.exec(path) ?? [];
  return { route: `${method} ${path.replaceAll(/\/\d{5,20}/g, '/:id')}`, major };
}
