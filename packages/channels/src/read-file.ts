import { CuttleError, isCuttleError } from '@cuttle/core-types/errors';
import type { MediaCapability } from '@cuttle/core-types/ports';
import type { z } from 'zod';
import type { ChannelDeps } from './channel-definition.ts';
import { toNetworkError } from './network-failure.ts';

export interface FileRequest {
  /** The platform's name, for what an error says. */
  readonly platform: string;
  readonly url: string;
  /** Who asks, where the address alone does not do. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly maxBytes: number;
}

/** How a platform's files are found from what its messages say of them. */
export interface FileSource<Ref> {
  readonly platform: string;
  /** The most that the platform gives, or that is read. */
  readonly maxBytes: number;
  readonly ref: z.ZodType<Ref>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Where the file is now. Throws `media.gone` where it is nowhere. */
  findUrl(ref: Ref, signal: AbortSignal): Promise<string>;
  /** Whether the address is the platform's own: our token goes to nobody else. */
  isTheirs?(url: string): boolean;
}

/** Reads files that people send: what a message names is asked for its address, and is read there. */
export function createFileFetch<Ref>(
  fetch: ChannelDeps['fetch'],
  { platform, maxBytes, ref: schema, headers, findUrl, isTheirs }: FileSource<Ref>,
): MediaCapability {
  return {
    maxBytes,
    async fetch({ ref, maxBytes: most }, signal) {
      const parsed = schema.safeParse(ref);
      if (!parsed.success) throw new CuttleError('media.gone', 'The message names no file.');
      const url = await findUrl(parsed.data, signal);
      if (isTheirs?.(url) === false)
        throw new CuttleError('media.gone', `${platform} named an address that is not its own.`);
      const file = {
        platform,
        url,
        maxBytes: Math.min(most, maxBytes),
        ...(headers && { headers }),
      };
      return readFile(fetch, file, signal);
    },
  };
}

/** The bytes behind an address that a platform named for one file; at most `maxBytes`. Throws `media.*` or `channel.*`. */
export async function readFile(
  fetch: ChannelDeps['fetch'],
  { platform, url, headers = {}, maxBytes: most }: FileRequest,
  signal: AbortSignal,
): Promise<Uint8Array> {
  try {
    // A redirect would carry the token elsewhere.
    const response = await fetch(url, { headers, redirect: 'manual', signal });
    try {
      requireFile(platform, response.status);
      return await readBody(response, most);
    } finally {
      await response.body?.cancel().catch(() => {}); // read to its end, or broken
    }
  } catch (error) {
    signal.throwIfAborted();
    // A refusal of the guard around `fetch` is one of the network, and may name the address.
    if (isCuttleError(error) && /^(?:media|channel)\./.test(error.code)) throw error;
    throw toNetworkError(platform, error);
  }
}

function requireFile(platform: string, status: number): void {
  if (status === 200) return;
  if (status === 401) throw new CuttleError('channel.auth', `${platform} refused the bot token.`);
  if (status === 404 || status === 410)
    throw new CuttleError('media.gone', `${platform} does not have the file any more.`);
  if (status === 429)
    throw new CuttleError('channel.rate-limited', `${platform} asked us to wait.`, {
      retryAfterMs: 1000,
    });
  throw new CuttleError('channel.unavailable', `The file could not be read (HTTP ${status}).`, {
    details: { status },
  });
}

/** Counts what comes: a size that is stated may be wrong. */
async function readBody(response: Response, most: number): Promise<Uint8Array> {
  const stated = Number(response.headers.get('content-length') ?? 0);
  const tooLarge = (): CuttleError =>
    new CuttleError('media.too-large', `The file has more than ${most} bytes.`);
  if (stated > most) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let length = 0;
  // The reader of a standard body gives bytes.
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > most) throw tooLarge();
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
