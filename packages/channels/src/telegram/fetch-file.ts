import { CuttleError, isCuttleError } from '@cuttle/core-types/errors';
import type { MediaCapability } from '@cuttle/core-types/ports';
import { z } from 'zod';
import type { ChannelDeps } from '../channel-definition.ts';
import type { TelegramApi } from './api.ts';
import type { TelegramOptions } from './options.ts';
import { createFileFetch } from '../read-file.ts';
import { saidBy } from './telegram-failure.ts';

/** "For the moment, bots can download files of up to 20MB in size." https://core.telegram.org/bots/api#getfile */
const maxBytes = 20 * 1024 * 1024;

const FileRef = z.looseObject({ fileId: z.string().min(1) });
const WirePath = z.looseObject({ file_path: z.string().min(1) });

/** Files that people send: `getFile` says where one is for an hour, and its bytes are there. */
export function createTelegramFiles(
  { token, apiRoot }: Pick<TelegramOptions, 'token' | 'apiRoot'>,
  { api, fetch }: Pick<ChannelDeps, 'fetch'> & { readonly api: TelegramApi },
): MediaCapability {
  return createFileFetch(fetch, {
    platform: 'Telegram',
    maxBytes,
    ref: FileRef,
    async findUrl({ fileId }, signal) {
      const path = await findPath(api, fileId, signal);
      // The address has the token in it: it goes to nobody but the server, and into no message.
      return `${apiRoot}/file/bot${token}/${toUrlPath(path)}`;
    },
  });
}

function gone(message: string): CuttleError {
  return new CuttleError('media.gone', message);
}

async function findPath(api: TelegramApi, fileId: string, signal: AbortSignal): Promise<string> {
  let answer: unknown;
  try {
    answer = await api.call('getFile', { file_id: fileId }, signal);
  } catch (error) {
    if (!isCuttleError(error, 'channel.invalid')) throw error;
    if (/file is too big/i.test(saidBy(error)))
      throw new CuttleError('media.too-large', 'Telegram gives bots no file larger than 20 MB.');
    throw gone('Telegram does not have the file.');
  }
  const place = WirePath.safeParse(answer);
  if (!place.success) throw gone('Telegram says of no place for the file.');
  return place.data.file_path;
}

/** A server of one's own in its local mode names a file of its disk, which is not ours to open. */
function toUrlPath(path: string): string {
  const names = path.split('/');
  if (path.startsWith('/') || names.some((name) => name === '' || name === '.' || name === '..'))
    throw gone('The Bot API server keeps its files to itself.');
  return names.map(encodeURIComponent).join('/');
}
