import { CuttleError } from '@cuttle/core-types/errors';
import type { Clock, Receipt, SentFile } from '@cuttle/core-types/ports';
import type { z } from 'zod';
import type { Account } from './account.ts';
import type { SlackApi } from './api.ts';
import { type SlackTarget, timeOfTs, tsAt } from './target.ts';
import { WireHistory } from './wire.ts';

/** What Slack calls our messages' own facts. */
export const eventType = 'cuttle';

export interface Sought {
  readonly at: SlackTarget;
  readonly since: number;
  readonly isOurs: (message: Written) => boolean;
}
type Written = z.output<typeof WireHistory>['messages'][number];

/** A message that holds the key of its row. */
export function isOursBy(key: string): Sought['isOurs'] {
  return ({ metadata }) =>
    metadata?.event_type === eventType && metadata.event_payload?.key === key;
}

/** Messages of files hold no key of ours: they are known by their words and by the names and sizes of the files. */
export async function hasFilesBy(
  { account }: { readonly account: Pick<Account, 'read'> },
  { files, comment }: { readonly files: readonly SentFile[]; readonly comment: string },
  signal: AbortSignal,
): Promise<Sought['isOurs']> {
  const self = await account.read(signal);
  const wanted = files.map(({ name, bytes }) => `${name} ${bytes}`).join();
  return ({ user, text, files: held }) =>
    user === self.userId &&
    (text ?? '').trim() === comment &&
    (held ?? []).map(({ name, size }) => `${name ?? ''} ${size ?? 0}`).join() === wanted;
}

/** Our clock and Slack's may differ. */
const skewMs = 60_000;
const maxPages = 10;

/** Our own message of a row, where an earlier try may have made one. https://docs.slack.dev/reference/methods/conversations.history */
export async function findSent(
  api: SlackApi,
  { at, since, isOurs }: Sought,
  signal: AbortSignal,
): Promise<Receipt | undefined> {
  const { channel, thread } = at;
  const method = thread === undefined ? 'conversations.history' : 'conversations.replies';
  const args = {
    channel,
    ...(thread !== undefined && { ts: thread }),
    oldest: tsAt(since - skewMs),
    include_all_metadata: true,
    limit: 200,
  };
  let cursor = '';
  for (let page = 0; page < maxPages; page += 1) {
    const more = cursor === '' ? {} : { cursor };
    const found = WireHistory.parse(await api.call(method, { ...args, ...more }, signal));
    const sent = found.messages.find(isOurs);
    if (sent) return { messageId: sent.ts, at: timeOfTs(sent.ts) };
    cursor = found.response_metadata?.next_cursor ?? '';
    if (cursor === '') return undefined;
  }
  return undefined;
}

/** A message that holds one of these files, known by what Slack called them. */
export function hasOneOf(ids: ReadonlySet<string>): Sought['isOurs'] {
  return ({ files }) => (files ?? []).some(({ id }) => typeof id === 'string' && ids.has(id));
}

/** Slack makes the message of files after it said that they are sent; what it takes longer for is not there at all. */
const sharedWithinMs = 10 * 60_000;

/**
 * The receipt of a message, where one of its files stood for it because it was not there when it was sent. Throws
 * `channel.unavailable` as long as it may still come, and then `channel.not-found`.
 */
export async function findShared(
  { api, clock }: { readonly api: SlackApi; readonly clock: Clock },
  { at, receipt }: { readonly at: SlackTarget; readonly receipt: Receipt },
  signal: AbortSignal,
): Promise<Receipt> {
  const { messageId: fileId, at: since = 0 } = receipt;
  const found = await findSent(api, { at, since, isOurs: hasOneOf(new Set([fileId])) }, signal);
  if (found) return found;
  if (clock.now() - since > sharedWithinMs)
    throw new CuttleError('channel.not-found', 'Slack shows no message with the file.');
  throw new CuttleError('channel.unavailable', 'Slack does not show the message of the file yet.', {
    details: { reached: false },
  });
}

/** Whether a receipt names a file in place of its message. */
export function isFileId(messageId: string): boolean {
  return /^F[A-Z0-9]{2,40}$/.test(messageId);
}
