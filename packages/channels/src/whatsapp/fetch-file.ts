import { CuttleError, isCuttleError } from '@cuttle/core-types/errors';
import type { MediaCapability } from '@cuttle/core-types/ports';
import { z } from 'zod';
import type { ChannelDeps } from '../channel-definition.ts';
import { createFileFetch } from '../read-file.ts';
import type { WhatsappApi } from './api.ts';
import type { WhatsappOptions } from './options.ts';

/** The most a document has. https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media */
const maxBytes = 100 * 1024 * 1024;

const FileRef = z.looseObject({ mediaId: z.string().regex(/^\w{1,64}$/) });
const WireMedia = z.looseObject({ url: z.url({ protocol: /^https?$/ }) });

/** Files that people send: each is asked for an address that holds for five minutes, and is read there with the token. */
export function createWhatsappFiles(
  { accessToken, graphUrl }: Pick<WhatsappOptions, 'accessToken' | 'graphUrl'>,
  { api, fetch }: Pick<ChannelDeps, 'fetch'> & { readonly api: WhatsappApi },
): MediaCapability {
  return createFileFetch(fetch, {
    platform: 'WhatsApp',
    maxBytes,
    ref: FileRef,
    headers: { authorization: `Bearer ${accessToken}` },
    findUrl: ({ mediaId }, signal) => findUrl(api, mediaId, signal),
    isTheirs: (url) => isTheirs(url, graphUrl),
  });
}

async function findUrl(api: WhatsappApi, mediaId: string, signal: AbortSignal): Promise<string> {
  let answer: unknown;
  try {
    answer = await api.call({ method: 'GET', path: mediaId }, signal);
  } catch (error) {
    if (!isCuttleError(error, 'channel.invalid')) throw error;
    throw new CuttleError('media.gone', 'WhatsApp does not have the file any more.');
  }
  const media = WireMedia.safeParse(answer);
  if (!media.success)
    throw new CuttleError('media.gone', 'WhatsApp says of no place for the file.');
  return media.data.url;
}

/** The token goes to nobody but Meta. */
function isTheirs(url: string, graphUrl: string): boolean {
  const { origin, protocol, hostname } = new URL(url);
  if (origin === new URL(graphUrl).origin) return true;
  return (
    protocol === 'https:' && /(?:^|\.)(?:fbsbx|facebook|whatsapp)\.(?:com|net)$/.test(hostname)
  );
}
