import { CuttleError } from '@cuttle/core-types/errors';
import type { MediaCapability } from '@cuttle/core-types/ports';
import { z } from 'zod';
import type { ChannelDeps } from '../channel-definition.ts';
import { createFileFetch } from '../read-file.ts';
import type { SlackApi } from './api.ts';
import type { SlackOptions } from './options.ts';
import { slackWordOf } from './slack-failure.ts';
import { WireFile } from './wire.ts';

/** Slack lets people send a gigabyte; nothing larger than this is read. */
const maxBytes = 100 * 1024 * 1024;

const FileRef = z.looseObject({ fileId: z.string().regex(/^\w{2,40}$/) });
const WireInfo = z.looseObject({ file: WireFile });

/** Files that people send: each is asked for its address, and is read there with the bot's token. https://docs.slack.dev/reference/objects/file-object */
export function createSlackFiles(
  { botToken, apiUrl }: Pick<SlackOptions, 'botToken' | 'apiUrl'>,
  { api, fetch }: Pick<ChannelDeps, 'fetch'> & { readonly api: SlackApi },
): MediaCapability {
  return createFileFetch(fetch, {
    platform: 'Slack',
    maxBytes,
    ref: FileRef,
    headers: { authorization: `Bearer ${botToken}` },
    findUrl: ({ fileId }, signal) => findUrl(api, fileId, signal),
    isTheirs: (url) => isTheirs(url, apiUrl),
  });
}

const gone: ReadonlySet<string> = new Set(['file_not_found', 'file_deleted']);

async function findUrl(api: SlackApi, fileId: string, signal: AbortSignal): Promise<string> {
  let answer: unknown;
  try {
    answer = await api.call('files.info', { file: fileId }, signal);
  } catch (error) {
    if (!gone.has(slackWordOf(error))) throw error;
    throw new CuttleError('media.gone', 'Slack does not have the file any more.');
  }
  const file = WireInfo.safeParse(answer).data?.file;
  const url = file?.url_private_download ?? file?.url_private ?? '';
  if (URL.canParse(url)) return url;
  throw new CuttleError('media.gone', 'Slack says of no place for the file.');
}

/** The token goes to nobody but Slack. */
export function isTheirs(url: string, apiUrl: string): boolean {
  const { origin, protocol, hostname } = new URL(url);
  if (origin === new URL(apiUrl).origin) return true;
  return protocol === 'https:' && /(?:^|\.)slack(?:-gov)?\.com$/.test(hostname);
}
