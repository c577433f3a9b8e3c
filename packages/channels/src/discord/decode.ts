import type { ChannelInbound, CommandFact } from '@cuttle/core-types/ports';
import { cleanText, shortHash } from '../foreign-text.ts';
import { findCommand } from '../slash-command.ts';
import { toUnparsedEvent } from '../unparsed-event.ts';
import type { Self } from './account.ts';
import { decodeMedia } from './decode-media.ts';
import { readWords } from './decode-text.ts';
import { questionOf, wordsOfForm } from './form.ts';
import type { Place, Places } from './places.ts';
import { timeOfSnowflake } from './snowflake.ts';
import { WireInteraction, WireMessage, WireReaction, type WireUser } from './wire.ts';

export type Decoded =
  | {
      readonly kind: 'event';
      readonly event: ChannelInbound;
      /** A press or a command, which wants an answer. */
      readonly interaction?: { readonly id: string; readonly token: string; readonly type: number };
    }
  /** A press that asks for words: nothing is said before the form comes. */
  | {
      readonly kind: 'form';
      readonly question: string;
      readonly interaction: { readonly id: string; readonly token: string };
    }
  /** Nothing anyone said to us: our own message, the platform's note, a kind we do not read. */
  | { readonly kind: 'ignored'; readonly reason: 'own' | 'service' | 'other-kind' };

/** Where and to whom an event came. */
export interface Setting {
  readonly self: Self;
  readonly place: Place;
  readonly places: Pick<Places, 'nameOf' | 'isOwnRole'>;
}

/** Plain messages and replies; others are notes of the platform. https://discord.com/developers/docs/resources/message#message-object-message-types */
const messageTypes: ReadonlySet<number> = new Set([0, 19, 20, 23]);

/** The events that are read; all else only moves the sequence. */
export const heardEvents: ReadonlySet<string> = new Set([
  'MESSAGE_CREATE',
  'MESSAGE_UPDATE',
  'INTERACTION_CREATE',
  'MESSAGE_REACTION_ADD',
]);

/** An event of the gateway → its facts. Total: what cannot be read becomes an `unparsed` event that keeps it whole. */
export function decodeEvent(type: string, raw: unknown, setting: Setting): Decoded {
  if (type === 'INTERACTION_CREATE') return decodeInteraction(raw, setting);
  if (type === 'MESSAGE_REACTION_ADD') return decodeReaction(raw, setting);
  if (type !== 'MESSAGE_CREATE' && type !== 'MESSAGE_UPDATE')
    return { kind: 'ignored', reason: 'other-kind' };
  return decodeMessage(raw, setting, type === 'MESSAGE_CREATE' ? 'message' : 'edit');
}

export function decodeMessage(raw: unknown, setting: Setting, kind: 'message' | 'edit'): Decoded {
  const parsed = WireMessage.safeParse(raw);
  if (!parsed.success) return unparsed(raw);
  const message = parsed.data;
  const { self } = setting;
  if (message.type === joinNote && kind === 'message') return toJoin(message, setting);
  if (message.author.id === self.id) return { kind: 'ignored', reason: 'own' };
  if (isNote(message, kind)) return { kind: 'ignored', reason: 'service' };
  const media = decodeMedia(message);
  const said = readWords(message, setting);
  if (said.text === '' && !said.mentioned && media.length === 0)
    return { kind: 'ignored', reason: 'service' };
  const event: ChannelInbound = {
    ...whereOf(setting.place),
    externalId: externalIdOf(message, kind),
    kind,
    sender: senderOf(message),
    messageId: message.id,
    text: withTopic(said.text, message, setting.place),
    mentioned: said.mentioned,
    replyToUs: message.referenced_message?.author?.id === self.id,
    ...quotedIn(message, self),
    command: findCommand(said.text),
    ...(media.length > 0 && { media }),
    at: timeOfSnowflake(message.id),
  };
  return { kind: 'event', event };
}

/** Where a guild has a channel for it, Discord says there who came, bots too. https://discord.com/developers/docs/resources/message#message-object-message-types */
const joinNote = 7;

function toJoin(message: WireMessage, { self, place }: Setting): Decoded {
  const sender = senderOf(message);
  const name = sender.name ?? '';
  return {
    kind: 'event',
    event: {
      ...whereOf(place),
      externalId: externalIdOf(message, 'message'),
      kind: 'join',
      sender: message.author.id === self.id ? { ...sender, isBot: false } : sender,
      messageId: message.id,
      text: '',
      mentioned: false,
      replyToUs: false,
      joined:
        message.author.id === self.id ? { who: 'us', names: [] } : { who: 'others', names: [name] },
      at: timeOfSnowflake(message.id),
    },
  };
}

function quotedIn(
  { referenced_message: reply }: WireMessage,
  self: Self,
): Pick<ChannelInbound, 'quoted'> {
  const text = cleanText(reply?.content ?? '');
  if (!reply?.author || text === '') return {};
  const from =
    reply.author.id === self.id
      ? undefined
      : (toSender(reply.author, undefined).name ?? 'somebody');
  return { quoted: { text, from } };
}

/** The message that a post of a forum begins with has its id, and is read with its title and tags. https://discord.com/developers/docs/topics/threads#forums */
function withTopic(text: string, { id }: WireMessage, { channelId, name, tags }: Place): string {
  if (id !== channelId || name === undefined) return text;
  const topic = cleanText([name, ...tags.map((tag) => `#${tag}`)].join(' '));
  return text === '' ? topic : `${topic}\n\n${text}`;
}

/** Nobody's words: a note of the platform, or a preview of a link, which comes later as an edit without a time of its own. */
function isNote(
  { type, edited_timestamp: edited }: WireMessage,
  kind: 'message' | 'edit',
): boolean {
  return !messageTypes.has(type ?? 0) || (kind === 'edit' && typeof edited !== 'string');
}

/** https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-object-interaction-type */
const interactionTypes = { command: 2, component: 3, form: 5 } as const;

function decodeInteraction(raw: unknown, { place }: Setting): Decoded {
  const parsed = WireInteraction.safeParse(raw);
  const sender = parsed.success ? presserOf(parsed.data) : undefined;
  if (!parsed.success || sender === undefined) return unparsed(raw);
  const { id, type, token } = parsed.data;
  const facts = {
    ...whereOf(place),
    sender,
    mentioned: false,
    replyToUs: true,
    at: timeOfSnowflake(id),
  };
  const interaction = { id, token, type };
  const question = questionOf(parsed.data.data?.custom_id ?? '');
  if (type === interactionTypes.component && question !== undefined)
    return { kind: 'form', question, interaction };
  if (type === interactionTypes.component)
    return { kind: 'event', event: { ...facts, ...decodePress(parsed.data) }, interaction };
  if (type === interactionTypes.command)
    return { kind: 'event', event: { ...facts, ...decodeCommand(parsed.data) }, interaction };
  if (type === interactionTypes.form)
    return { kind: 'event', event: { ...facts, ...decodeForm(parsed.data) }, interaction };
  return { kind: 'ignored', reason: 'other-kind' };
}

/** What was written into a form is said as any message is, and is no command. */
function decodeForm({ id, data, message }: WireInteraction): Pressed {
  const text = wordsOfForm(data?.components).replace(/^[\s/]+/, '');
  return { externalId: `form:${id}`, kind: 'message', text, messageId: message?.id ?? id };
}

/**
 * One person's emoji under one message; put there anew it is the same event, which Discord gives neither a number nor a time.
 * https://discord.com/developers/docs/events/gateway-events#message-reaction-add
 */
function decodeReaction(raw: unknown, { self, place }: Setting): Decoded {
  const parsed = WireReaction.safeParse(raw);
  if (!parsed.success) return unparsed(raw);
  const { user_id: userId, message_id: messageId, member, emoji } = parsed.data;
  if (userId === self.id) return { kind: 'ignored', reason: 'own' };
  const reaction = cleanText(emoji.name ?? '');
  if (reaction === '') return { kind: 'ignored', reason: 'service' };
  const sender = member?.user ? toSender(member.user, member.nick ?? undefined) : undefined;
  const event: ChannelInbound = {
    ...whereOf(place),
    externalId: `reaction:${messageId}:${userId}:${shortHash(`${emoji.id ?? ''}${reaction}`)}`,
    kind: 'reaction',
    sender: sender ?? { id: userId, isBot: false },
    messageId,
    text: '',
    reaction,
    mentioned: false,
    // Whose the message is the gateway finds out.
    replyToUs: true,
    at: timeOfSnowflake(messageId),
  };
  return { kind: 'event', event };
}

/** In a guild the member, in private the user. */
function presserOf({ member, user }: WireInteraction): ChannelInbound['sender'] | undefined {
  const who = member?.user ?? user;
  return who ? toSender(who, member?.nick ?? undefined) : undefined;
}

type Pressed = Pick<ChannelInbound, 'externalId' | 'kind' | 'text' | 'messageId'>;

function decodePress({ id, data, message }: WireInteraction): Pressed & { buttonToken: string } {
  const buttonToken = cleanText(data?.custom_id ?? '');
  return {
    externalId: `button:${id}`,
    kind: 'button',
    text: '',
    messageId: message?.id ?? id,
    buttonToken,
  };
}

function decodeCommand({ id, data }: WireInteraction): Pressed & { command: CommandFact } {
  const name = cleanText(data?.name ?? '').toLowerCase();
  const args = (data?.options ?? []).map(({ value }) => cleanText(String(value ?? ''))).join(' ');
  const text = args === '' ? `/${name}` : `/${name} ${args}`;
  return {
    externalId: `command:${id}`,
    kind: 'message',
    text,
    messageId: id,
    command: { name, args },
  };
}

function whereOf(place: Place): Pick<ChannelInbound, 'chat' | 'target'> {
  const { channelId, kind, parentId } = place;
  const title = place.name === undefined ? undefined : cleanText(place.name);
  const target = { channelId };
  if (kind === 'dm') return { target, chat: { id: channelId, kind: 'dm' } };
  if (kind === 'thread' && parentId !== undefined)
    return { target, chat: { id: parentId, kind: 'group', title, threadId: channelId } };
  return { target, chat: { id: channelId, kind: 'group', title } };
}

function senderOf({ author, member, webhook_id: webhook }: WireMessage): ChannelInbound['sender'] {
  const sender = toSender(author, member?.nick ?? undefined);
  // A webhook speaks under any name.
  return webhook ? { ...sender, isBot: true } : sender;
}

function toSender(user: WireUser, nick: string | undefined): ChannelInbound['sender'] {
  const name = nick ?? user.global_name ?? user.username;
  return {
    id: user.id,
    name: name === undefined ? undefined : cleanText(name),
    username: user.username,
    isBot: user.bot ?? false,
  };
}

/** The message's identity; of an edit also its revision. */
function externalIdOf(message: WireMessage, kind: 'message' | 'edit'): string {
  const id = `${message.channel_id}:${message.id}`;
  if (kind === 'message') return id;
  return `${id}:e${shortHash(`${message.edited_timestamp ?? ''}|${message.content ?? ''}`)}`;
}

function unparsed(raw: unknown): Decoded {
  return { kind: 'event', event: toUnparsedEvent(raw) };
}
