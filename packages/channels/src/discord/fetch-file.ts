import { CuttleError, isCuttleError } from '@cuttle/core-types/errors';
import type { MediaCapability } from '@cuttle/core-types/ports';
import { z } from 'zod';
import type { ChannelDeps } from '../channel-definition.ts';
import { createFileFetch } from '../read-file.ts';
import type { DiscordApi } from './api.ts';
import { WireFiles } from './wire.ts';

/** Discord lets some people send more; nothing larger is read. */
const maxBytes = 25 * 1024 * 1024;

const id = z.string().regex(/^\d{1,20}$/);
const FileRef = z.looseObject({ channelId: id, messageId: id, fileId: id });

/**
 * Files that people send. The address of one is signed for a day, so the message is asked for a fresh one.
 * https://discord.com/developers/docs/reference#signed-attachment-cdn-urls
 */
export function createDiscordFiles({
  api,
  fetch,
}: Pick<ChannelDeps, 'fetch'> & { readonly api: DiscordApi }): MediaCapability {
  return createFileFetch(fetch, {
    platform: 'Discord',
    maxBytes,
    ref: FileRef,
    findUrl: (ref, signal) => findUrl(api, ref, signal),
  });
}

async function findUrl(
  api: DiscordApi,
  { channelId, messageId, fileId }: z.infer<typeof FileRef>,
  signal: AbortSignal,
): Promise<string> {
  let answer: unknown;
  try {
    const path = `/channels/${channelId}/messages/${messageId}`;
    answer = await api.call({ method: 'GET', path }, signal);
  } catch (error) {
    if (!isCuttleError(error, 'channel.invalid', 'channel.blocked')) throw error;
    throw new CuttleError('media.gone', 'Discord does not show the message any more.');
  }
  const message = WireFiles.safeParse(answer).data;
  const snapshots = (message?.message_snapshots ?? []).map((snapshot) => snapshot.message);
  const files = [message, ...snapshots].flatMap((one) => one?.attachments ?? []);
  const url = files.find((file) => file.id === fileId)?.url ?? '';
  if (/^https?:\/\//.test(url)) return url;
  throw new CuttleError('media.gone', 'The message has this file no more.');
}
