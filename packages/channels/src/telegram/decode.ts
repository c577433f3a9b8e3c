import type { Json } from '@cuttle/core-types';
import type { ChannelInbound, CommandFact } from '@cuttle/core-types/ports';
import { cleanText, shortHash } from '../foreign-text.ts';
import { toUnparsedEvent } from '../unparsed-event.ts';
import type { Self } from './account.ts';
import { decodeMedia } from './decode-media.ts';
import type { TelegramOptions } from './options.ts';
import type { TelegramTarget } from './target.ts';
import {
  WireCallback,
  type WireChat,
  type WireEntity,
  type WireMember,
  WireMembership,
  WireMessage,
  WireReaction,
  WireUpdate,
  type WireUser,
} from './wire.ts';

export type Decoded =
  | {
      readonly kind: 'event';
      readonly event: ChannelInbound;
      readonly callbackId?: string;
      /** What was sent together with others comes as a message each. https://core.telegram.org/bots/api#message */
      readonly album?: string;
    }
  /** Nothing anyone said to us: our own message, a service message, a kind we did not ask for. */
  | { readonly kind: 'ignored'; readonly reason: 'own' | 'service' | 'other-kind' };

/** The kinds of updates we ask for. https://core.telegram.org/bots/api#update */
const updateKinds = ['message', 'edited_message', 'callback_query'] as const;

export function updateKindsFor({
  reactionNotifications,
  greetings,
}: Pick<TelegramOptions, 'reactionNotifications' | 'greetings'>): readonly string[] {
  return [
    ...updateKinds,
    ...(reactionNotifications === 'off' ? [] : ['message_reaction']),
    ...(greetings.added === '' ? [] : ['my_chat_member']),
  ];
}

/** An update → the facts of one event. Total: what cannot be read becomes an `unparsed` event that keeps it whole. */
export function decodeUpdate(raw: Json, self: Self): Decoded {
  const update = WireUpdate.safeParse(raw);
  if (!update.success) return unparsed(raw);
  const { message, edited_message: edited, callback_query: callback } = update.data;
  const { message_reaction: reaction, my_chat_member: membership } = update.data;
  if (message !== undefined) return decodeMessage(raw, message, { self, kind: 'message' });
  if (edited !== undefined) return decodeMessage(raw, edited, { self, kind: 'edit' });
  if (callback !== undefined) return decodeCallback(raw, callback);
  if (reaction !== undefined) return decodeReaction(raw, reaction, self);
  if (membership !== undefined) return decodeMembership(raw, membership);
  return { kind: 'ignored', reason: 'other-kind' };
}

/** The update's number, for the offset; undefined where there is none. */
export function updateIdOf(raw: Json): number | undefined {
  const update = WireUpdate.safeParse(raw);
  return update.success ? update.data.update_id : undefined;
}

function decodeMessage(
  raw: Json,
  value: unknown,
  { self, kind }: { self: Self; kind: 'message' | 'edit' },
): Decoded {
  const parsed = WireMessage.safeParse(value);
  const sender = parsed.success ? senderOf(parsed.data) : undefined;
  if (!parsed.success || sender === undefined) return unparsed(raw);
  const message = parsed.data;
  if (sender.id === String(self.id)) return { kind: 'ignored', reason: 'own' };
  if (kind === 'message' && message.new_chat_members) return decodeJoin(message, self);
  return readMessage(message, { self, kind, sender });
}

function readMessage(
  message: WireMessage,
  {
    self,
    kind,
    sender,
  }: { self: Self; kind: 'message' | 'edit'; sender: ChannelInbound['sender'] },
): Decoded {
  const media = decodeMedia(message);
  const { text, entities } = contentOf(message);
  if (text === '' && media.length === 0) return { kind: 'ignored', reason: 'service' };
  const command = commandOf(text, entities, self);
  const event: ChannelInbound = {
    ...placeOf(message),
    externalId: externalIdOf(message, kind, text),
    kind,
    sender,
    messageId: String(message.message_id),
    text: command?.text ?? withAddresses(text, entities),
    mentioned: entities.some((entity) => isOurName(entity, text, self)),
    replyToUs: isReplyToUs(message, self),
    ...quotedIn(message, self),
    command: command?.fact,
    ...(media.length > 0 && { media }),
    at: (message.edit_date ?? message.date) * 1000,
  };
  const { media_group_id: album } = message;
  const isPart = kind === 'message' && typeof album === 'string' && album !== '';
  return { kind: 'event', event, ...(isPart && { album: `${message.chat.id}:${album}` }) };
}

/** Text or caption. Offsets count on the text as it came; entities beyond it are not believed. */
function contentOf(message: WireMessage): { text: string; entities: readonly WireEntity[] } {
  const text = cleanText(message.text ?? message.caption ?? wordsOf(message['rich_message']));
  const entities = message.entities ?? message.caption_entities ?? [];
  return {
    text,
    entities: entities.filter(({ offset, length }) => offset + length <= text.length),
  };
}

function decodeCallback(raw: Json, value: unknown): Decoded {
  const parsed = WireCallback.safeParse(value);
  // Buttons under inline results carry no chat; we never send such.
  if (!parsed.success || !parsed.data.message || parsed.data.data === undefined)
    return unparsed(raw);
  const { id, from, message, data } = parsed.data;
  const event: ChannelInbound = {
    ...placeOf(message),
    externalId: `button:${id}`,
    kind: 'button',
    sender: toSender(from),
    messageId: String(message.message_id),
    text: '',
    mentioned: false,
    replyToUs: true,
    buttonToken: cleanText(data ?? ''),
    // The press has no time of its own; the message's says when it was asked.
    at: message.date * 1000,
  };
  return { kind: 'event', event, callbackId: id };
}

/** Only what was added is told of, and only where it is known who did. https://core.telegram.org/bots/api#messagereactionupdated */
function decodeReaction(raw: Json, value: unknown, self: Self): Decoded {
  const parsed = WireReaction.safeParse(value);
  if (!parsed.success) return unparsed(raw);
  const { chat, user, message_id: messageId, date } = parsed.data;
  if (!user) return { kind: 'ignored', reason: 'service' };
  if (user.id === self.id) return { kind: 'ignored', reason: 'own' };
  const before = new Set(parsed.data.old_reaction.map(({ emoji }) => emoji));
  const added = parsed.data.new_reaction.find(({ emoji }) => emoji && !before.has(emoji))?.emoji;
  if (added === undefined || added === null) return { kind: 'ignored', reason: 'service' };
  const event: ChannelInbound = {
    ...placeOf({ chat }),
    externalId: `reaction:${chat.id}:${messageId}:${user.id}:${date}:${shortHash(added)}`,
    kind: 'reaction',
    sender: toSender(user),
    messageId: String(messageId),
    text: '',
    reaction: cleanText(added),
    mentioned: false,
    // To whom it is the gateway finds out: Telegram does not say whose the message is.
    replyToUs: true,
    at: date * 1000,
  };
  return { kind: 'event', event };
}

/** People who came; the account's own coming is told with more by `my_chat_member`. */
function decodeJoin(message: WireMessage, self: Self): Decoded {
  const people = (message.new_chat_members ?? []).filter(({ id }) => id !== self.id);
  const [first] = people;
  if (!first) return { kind: 'ignored', reason: 'service' };
  const names = people.filter((user) => user.is_bot !== true).map((user) => nameOf({ from: user }));
  return {
    kind: 'event',
    event: {
      ...placeOf(message),
      ...joinFacts,
      externalId: `${message.chat.id}:${message.message_id}`,
      sender: toSender(first),
      joined: { who: 'others', names },
      at: message.date * 1000,
    },
  };
}

const joinFacts = {
  kind: 'join',
  messageId: '',
  text: '',
  mentioned: false,
  replyToUs: false,
} as const;

/** The account was added to a group, by `from`. https://core.telegram.org/bots/api#chatmemberupdated */
function decodeMembership(raw: Json, value: unknown): Decoded {
  const parsed = WireMembership.safeParse(value);
  if (!parsed.success) return unparsed(raw);
  const { chat, from, date, old_chat_member: before, new_chat_member: after } = parsed.data;
  const isGroup = chat.type === 'group' || chat.type === 'supergroup';
  if (!isGroup || isIn(before) || !isIn(after)) return { kind: 'ignored', reason: 'service' };
  return {
    kind: 'event',
    event: {
      ...placeOf({ chat }),
      ...joinFacts,
      externalId: `join:${chat.id}:${date}`,
      sender: toSender(from),
      joined: { who: 'us', names: [] },
      at: date * 1000,
    },
  };
}

/** https://core.telegram.org/bots/api#chatmember */
function isIn({ status, is_member: isMember }: WireMember): boolean {
  return status === 'restricted' ? isMember === true : status !== 'left' && status !== 'kicked';
}

function placeOf(message: {
  chat: WireChat;
  message_thread_id?: number | null | undefined;
  is_topic_message?: boolean | null | undefined;
}): Pick<ChannelInbound, 'chat' | 'target'> {
  const { chat } = message;
  // Without the topic mark the id only names the message that a thread of replies began with.
  const threadId =
    message.is_topic_message === true ? (message.message_thread_id ?? undefined) : undefined;
  const target: TelegramTarget = { chatId: chat.id, ...(threadId !== undefined && { threadId }) };
  return {
    target,
    chat: {
      id: String(chat.id),
      kind: chat.type === 'private' ? 'dm' : 'group',
      title: chat.title ?? undefined,
      threadId: threadId === undefined ? undefined : String(threadId),
    },
  };
}

/** Words that hide an address are followed by it: whoever reads the text alone must see where it leads. */
function withAddresses(text: string, entities: readonly WireEntity[]): string {
  let result = '';
  let from = 0;
  for (const { type, offset, length, url } of entities.toSorted((a, b) => a.offset - b.offset)) {
    const end = offset + length;
    if (type !== 'text_link' || typeof url !== 'string' || end < from) continue;
    result += `${text.slice(from, end)} (${cleanText(url)})`;
    from = end;
  }
  return result + text.slice(from);
}

/** The words of a rich message, block by block. https://core.telegram.org/bots/api#richmessage */
function wordsOf(rich: unknown, depth = 0): string {
  if (typeof rich === 'string') return rich;
  if (typeof rich !== 'object' || rich === null || depth > 20) return '';
  if (Array.isArray(rich))
    return rich.map((part: unknown) => wordsOf(part, depth + 1)).join(depth < 2 ? '\n' : ' ');
  const parts = Object.entries(rich).filter(([key]) => richContent.has(key));
  return parts.map(([, part]) => wordsOf(part, depth + 1)).join(' ');
}

const richContent = new Set(['blocks', 'text', 'cells', 'items', 'caption', 'credit', 'summary']);

/** Anonymous administrators and channels share one stand-in user: the chat that speaks is who they are. */
function senderOf({ from, sender_chat: chat }: WireMessage): ChannelInbound['sender'] | undefined {
  if (chat) return { id: `chat:${chat.id}`, name: chat.title ?? undefined, isBot: false };
  return from ? toSender(from) : undefined;
}

function toSender(user: WireUser): ChannelInbound['sender'] {
  const name = [user.first_name, user.last_name].filter((part) => part).join(' ');
  return {
    id: String(user.id),
    name: name === '' ? undefined : cleanText(name),
    username: user.username ?? undefined,
    isBot: user.is_bot ?? false,
  };
}

/** The message's identity; of an edit also its revision, so that two edits within a second are two. */
function externalIdOf(message: WireMessage, kind: 'message' | 'edit', text: string): string {
  const id = `${message.chat.id}:${message.message_id}`;
  return kind === 'message' ? id : `${id}:e${message.edit_date ?? message.date}:${shortHash(text)}`;
}

function isOurName(entity: WireEntity, text: string, self: Self): boolean {
  if (entity.type === 'text_mention') return entity.user?.id === self.id;
  if (self.username === undefined) return false;
  const words = text.slice(entity.offset, entity.offset + entity.length).toLowerCase();
  const name = `@${self.username.toLowerCase()}`;
  if (entity.type === 'mention') return words === name;
  return entity.type === 'bot_command' && words.endsWith(name);
}

/** In a topic every message replies to the one that opened it; that is not a reply to whoever opened it. */
function isReplyToUs({ reply_to_message: reply }: WireMessage, self: Self): boolean {
  return reply?.from?.id === self.id && reply.forum_topic_created === undefined;
}

function quotedIn(
  { reply_to_message: reply, quote }: WireMessage,
  self: Self,
): Pick<ChannelInbound, 'quoted'> {
  if (!reply) return {};
  const text = cleanText(quote?.text ?? reply.text ?? reply.caption ?? '');
  if (text === '') return {};
  const isOurs = reply.from?.id === self.id;
  return { quoted: { text, from: isOurs ? undefined : nameOf(reply) } };
}

function nameOf({ from, sender_chat: chat }: Pick<WireMessage, 'from' | 'sender_chat'>): string {
  const name = chat?.title ?? (from && toSender(from).name);
  return cleanText(name ?? 'somebody');
}

/** A command at the beginning, for us or for any bot; the text loses our name behind it. */
function commandOf(
  text: string,
  entities: readonly WireEntity[],
  self: Self,
): { fact: CommandFact; text: string } | undefined {
  const entity = entities.find(({ type, offset }) => type === 'bot_command' && offset === 0);
  if (entity === undefined) return undefined;
  const [name = '', address] = text.slice(1, entity.length).toLowerCase().split('@');
  if (address !== undefined && address !== self.username?.toLowerCase()) return undefined;
  const rest = text.slice(entity.length);
  return { fact: { name, args: rest.trim() }, text: `/${name}${rest}` };
}

function unparsed(raw: Json): Decoded {
  const id = updateIdOf(raw);
  const externalId = id === undefined ? undefined : `update:${id}`;
  return { kind: 'event', event: toUnparsedEvent(raw, externalId) };
}
