import { CuttleError, isCuttleError } from '@cuttle/core-types/errors';
import type { SentFile } from '@cuttle/core-types/ports';
import { z } from 'zod';
import type { ChannelDeps } from '../channel-definition.ts';
import { hadNoEffect, toNetworkError } from '../network-failure.ts';
import type { SlackApi } from './api.ts';
import { isTheirs } from './fetch-file.ts';

export interface UploadDeps extends Pick<ChannelDeps, 'fetch'> {
  readonly api: SlackApi;
  readonly apiUrl: string;
}

const WireUpload = z.looseObject({ upload_url: z.url(), file_id: z.string().min(1) });

/**
 * Gives files to Slack, which shows them to nobody before they are completed, so that what fails here was not sent.
 * https://docs.slack.dev/messaging/working-with-files#upload
 */
export async function uploadFiles(
  deps: UploadDeps,
  files: readonly SentFile[],
  signal: AbortSignal,
): Promise<readonly { readonly id: string; readonly title: string }[]> {
  const done: { id: string; title: string }[] = [];
  for (const file of files) {
    const id = await unseen(() => uploadFile(deps, file, signal), signal);
    done.push({ id, title: file.name });
  }
  return done;
}

async function uploadFile(
  { api, apiUrl, fetch }: UploadDeps,
  { name, content }: SentFile,
  signal: AbortSignal,
): Promise<string> {
  const args = { filename: name, length: content.length };
  const asked = await api.call('files.getUploadURLExternal', args, signal);
  const upload = WireUpload.safeParse(asked);
  if (!upload.success || !isTheirs(upload.data.upload_url, apiUrl))
    throw new CuttleError('channel.unavailable', 'Slack named no place for a file of its own.');
  const response = await fetch(upload.data.upload_url, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: new Uint8Array(content),
    redirect: 'manual',
    signal,
  });
  await response.body?.cancel().catch(() => {}); // broken already
  if (response.status === 200) return upload.data.file_id;
  throw new CuttleError('channel.unavailable', `Slack did not take a file (${response.status}).`, {
    details: { status: response.status, reached: !hadNoEffect(response.status) },
  });
}

async function unseen<T>(act: () => Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await act();
  } catch (error) {
    signal.throwIfAborted();
    const failure =
      isCuttleError(error) && error.code.startsWith('channel.')
        ? error
        : toNetworkError('Slack', error);
    if (failure.code !== 'channel.unavailable') throw failure;
    throw new CuttleError('channel.unavailable', failure.message, {
      details: { reached: false },
      cause: failure,
    });
  }
}
