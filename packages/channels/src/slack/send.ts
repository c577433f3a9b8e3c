import { CuttleError, isCuttleError } from '@cuttle/core-types/errors';
import type { Receipt, SendRequest, SentFile } from '@cuttle/core-types/ports';
import { z } from 'zod';
import type { ChannelDeps } from '../channel-definition.ts';
import type { Account } from './account.ts';
import type { SlackApi } from './api.ts';
import { encodeAct, type SlackActCall } from './encode-act.ts';
import { encodeComment, type EncodedMessage, encodeMessage, messageIdOf } from './encode.ts';
import {
  eventType,
  findSent,
  findShared,
  hasFilesBy,
  hasOneOf,
  isFileId,
  isOursBy,
} from './find-sent.ts';
import { isRefusedContent, slackWordOf } from './slack-failure.ts';
import { isPerson, parseTarget, type SlackTarget, timeOfTs } from './target.ts';
import { type UploadDeps, uploadFiles } from './upload-files.ts';
import { WireSent, WireSentToOne } from './wire.ts';

export interface SendDeps extends UploadDeps, Pick<ChannelDeps, 'clock'> {
  readonly account: Pick<Account, 'read'>;
}

export interface Sender {
  /** One visible call. A refused one is no call: words that were refused go again without their marks. */
  send(request: SendRequest, signal: AbortSignal): Promise<Receipt>;
}

/** Sends whose outcome nobody knows, that this process remembers. */
const mostUnsure = 1000;

/**
 * Slack has no key by which it would recognise a repetition, but keeps what an app writes into a message for itself: each holds
 * the key of its row, and what may have been sent before is first looked for. https://docs.slack.dev/messaging/message-metadata
 */
export function createSender(deps: SendDeps): Sender {
  const { api } = deps;
  const openDirect = createDirect(api);
  const unsure = createUnsure(deps);
  const placeOf = async (request: SendRequest, signal: AbortSignal): Promise<SlackTarget> => {
    const place = parseTarget(request.target);
    if (!isPerson(place.channel)) return place;
    return { channel: await openDirect(place.channel, signal) };
  };
  const withMessage = async (request: SendRequest, signal: AbortSignal): Promise<SendRequest> => {
    const { receipt } = request;
    if (receipt === undefined || !isFileId(receipt.messageId)) return request;
    const at = await placeOf(request, signal);
    return { ...request, receipt: await findShared(deps, { at, receipt }, signal) };
  };
  const findBefore = async (
    { repeats, idempotencyKey: key }: SendRequest,
    { at, shared }: { readonly at: SlackTarget; readonly shared: Shared | undefined },
    signal: AbortSignal,
  ): Promise<Receipt | undefined> => {
    const since = repeats?.since ?? unsure.since(key);
    if (since === undefined) return undefined;
    const isOurs = shared ? await hasFilesBy(deps, shared, signal) : isOursBy(key);
    return findSent(api, { at, since, isOurs }, signal);
  };
  const post: Sender['send'] = async (request, signal) => {
    const { idempotencyKey: key, files = [] } = request;
    const comment = encodeComment(request);
    const at = await placeOf(request, signal);
    const shared = comment === undefined ? undefined : { at, files, comment };
    const known = await findBefore(request, { at, shared }, signal);
    if (known !== undefined) return known;
    try {
      if (shared) return await share(deps, shared, signal);
      return await tryWords(request, (message) => say(api, { at, key, message }, signal));
    } catch (error) {
      if (!isUndone(error)) unsure.add(key);
      throw error;
    }
  };
  const edit: Sender['send'] = async (request, signal) => {
    const ts = messageIdOf(request);
    const { channel } = await placeOf(request, signal);
    if (request.kind === 'delete') return remove(api, { channel, ts }, signal);
    return tryWords(request, async ({ content }) =>
      toReceipt(await api.call('chat.update', { ...content, channel, ts }, signal)),
    );
  };
  return {
    async send(asked, signal) {
      signal.throwIfAborted();
      const request = await withMessage(asked, signal);
      const act = encodeAct(request);
      if (act) return react(api, { ...act, at: await placeOf(request, signal) }, signal);
      const isNew = request.kind === 'send' || request.kind === 'open';
      return isNew ? post(request, signal) : edit(request, signal);
    },
  };
}

/** Keys of sends that may have come to be, and since when, for as long as this process lives. */
function createUnsure({ clock }: Pick<SendDeps, 'clock'>) {
  const known = new Map<string, number>();
  return {
    since: (key: string): number | undefined => known.get(key),
    add(key: string): void {
      known.set(key, known.get(key) ?? clock.now());
      const [oldest] = known.keys();
      if (known.size > mostUnsure && oldest !== undefined) known.delete(oldest);
    },
  };
}

/** Whether an error says that no message came to be. */
function isUndone(error: unknown): boolean {
  if (!isCuttleError(error)) return false;
  return error.code !== 'channel.unavailable' || error.details?.['reached'] === false;
}

async function tryWords(
  request: SendRequest,
  call: (message: EncodedMessage) => Promise<Receipt>,
): Promise<Receipt> {
  try {
    return await call(encodeMessage(request, 'styled'));
  } catch (error) {
    if (!isRefusedContent(error)) throw error;
    return call(encodeMessage(request, 'plain'));
  }
}

interface Saying {
  readonly at: SlackTarget;
  readonly key: string;
  readonly message: EncodedMessage;
}

async function say(
  api: SlackApi,
  { at, key, message }: Saying,
  signal: AbortSignal,
): Promise<Receipt> {
  const { content, onlyFor } = message;
  const place = {
    channel: at.channel,
    ...(at.thread !== undefined && { thread_ts: at.thread }),
  };
  if (onlyFor !== undefined && !at.channel.startsWith('D')) {
    const args = { ...content, ...place, user: onlyFor };
    const sent = WireSentToOne.parse(await api.call('chat.postEphemeral', args, signal));
    return { messageId: sent.message_ts };
  }
  const metadata = { event_type: eventType, event_payload: { key } };
  return toReceipt(await api.call('chat.postMessage', { ...content, ...place, metadata }, signal));
}

function toReceipt(answer: unknown): Receipt {
  const sent = WireSent.safeParse(answer);
  if (!sent.success)
    throw new CuttleError('channel.unavailable', 'Slack took a message and did not say which.');
  return { messageId: sent.data.ts, at: timeOfTs(sent.data.ts) };
}

/** What is as it should be already counts as done. https://docs.slack.dev/reference/methods/reactions.add */
async function react(
  api: SlackApi,
  { method, name, ts, at }: SlackActCall & { readonly at: SlackTarget },
  signal: AbortSignal,
): Promise<Receipt> {
  try {
    await api.call(method, { channel: at.channel, timestamp: ts, name }, signal);
  } catch (error) {
    const word = slackWordOf(error);
    if (word !== 'already_reacted' && word !== 'no_reaction') throw error;
  }
  return { messageId: ts };
}

/** https://docs.slack.dev/reference/methods/chat.delete */
async function remove(
  api: SlackApi,
  at: { readonly channel: string; readonly ts: string },
  signal: AbortSignal,
): Promise<Receipt> {
  try {
    await api.call('chat.delete', at, signal);
  } catch (error) {
    if (slackWordOf(error) !== 'message_not_found') throw error;
  }
  return { messageId: at.ts };
}

interface Shared {
  readonly at: SlackTarget;
  readonly files: readonly SentFile[];
  readonly comment: string;
}

/** One message of several files. Slack does not say which it made, so it is looked for. https://docs.slack.dev/reference/methods/files.completeUploadExternal */
async function share(
  deps: SendDeps,
  { at, files, comment }: Shared,
  signal: AbortSignal,
): Promise<Receipt> {
  const { api, clock } = deps;
  const since = clock.now();
  const uploaded = await uploadFiles(deps, files, signal);
  const args = {
    files: uploaded,
    channel_id: at.channel,
    ...(at.thread !== undefined && { thread_ts: at.thread }),
    ...(comment !== '' && { initial_comment: comment }),
  };
  await api.call('files.completeUploadExternal', args, signal);
  const isOurs = hasOneOf(new Set(uploaded.map(({ id }) => id)));
  // It is sent: that it cannot be found now changes nothing. A file stands for it until it is asked for.
  const found = await findSent(api, { at, since, isOurs }, signal).catch(() => undefined);
  return found ?? { messageId: uploaded[0]?.id ?? '', at: since };
}

const WireOpened = z.looseObject({ channel: z.looseObject({ id: z.string() }) });

/** The private chat with a person. https://docs.slack.dev/reference/methods/conversations.open */
function createDirect(api: SlackApi): (userId: string, signal: AbortSignal) => Promise<string> {
  const known = new Map<string, string>();
  return async (userId, signal) => {
    const found = known.get(userId);
    if (found !== undefined) return found;
    const answer = await api.call('conversations.open', { users: userId }, signal);
    const { id } = WireOpened.parse(answer).channel;
    if (known.size >= 1000) known.clear();
    known.set(userId, id);
    return id;
  };
}
