import type { ChannelInbound } from '@cuttle/core-types/ports';
import { cleanText, shortHash } from '../foreign-text.ts';
import { findCommand } from '../slash-command.ts';
import { toUnparsedEvent } from '../unparsed-event.ts';
import type { Self } from './account.ts';
import { decodeMedia } from './decode-media.ts';
import { type Names, readWords } from './decode-text.ts';
import type { SlackOptions } from './options.ts';
import type { PersonFacts } from './people.ts';
import { timeOfTs } from './target.ts';
import {
  type WireActions,
  WireCallback,
  WireChangedEvent,
  WireJoin,
  type WireCommand,
  type WireMessage,
  WireMessageEvent,
  WireReaction,
} from './wire.ts';

export type Decoded =
  | { readonly kind: 'event'; readonly event: ChannelInbound }
  /** Nothing anyone said to us: our own message, the platform's note, another workspace's, a kind we do not read. */
  | {
      readonly kind: 'ignored';
      readonly reason: 'own' | 'service' | 'other-team' | 'other-kind';
    };

/** To whom an event came, and who is named in it. */
export interface Setting {
  readonly self: Self;
  readonly names: Names;
  readonly options: Pick<SlackOptions, 'replyIn' | 'slashCommand' | 'reactionNotifications'>;
  /** Unix ms; a slash command tells no time. */
  readonly now: number;
}

/** Messages that people and bots write; other subtypes are notes of the platform. https://docs.slack.dev/reference/events/message#subtypes */
const spoken: ReadonlySet<string> = new Set([
  '',
  'file_share',
  'thread_broadcast',
  'me_message',
  'bot_message',
]);

/** An event of the Events API → its facts. Total: what cannot be read becomes an `unparsed` event that keeps it whole. */
export function decodeCallback(raw: unknown, setting: Setting): Decoded {
  const parsed = WireCallback.safeParse(raw);
  if (!parsed.success) return unparsed(raw);
  if (!isOurs(parsed.data, setting.self)) return ignored('other-team');
  const { event } = parsed.data;
  const { type, subtype } = event;
  if (type === 'member_joined_channel') return decodeJoin(parsed.data, setting);
  if (type === 'reaction_added') return decodeReaction(raw, event, setting);
  // A channel's message that names us may come as both, under one id.
  if (type !== 'message' && type !== 'app_mention') return ignored('other-kind');
  if (subtype === 'message_changed') return decodeChanged(raw, event, setting);
  if (!spoken.has(subtype ?? '')) return ignored('service');
  const message = WireMessageEvent.safeParse(event);
  if (!message.success) return unparsed(raw);
  return decodeMessage(message.data, { ...placeOf(message.data), kind: 'message' }, setting);
}

/** An app may be installed in many workspaces, which share one address. https://docs.slack.dev/apis/events-api/#authorizations */
function isOurs({ authorizations, team_id: team, enterprise_id: org }: WireCallback, self: Self) {
  const ids = [
    team,
    org,
    ...(authorizations ?? []).flatMap((one) => [one.team_id, one.enterprise_id]),
  ];
  const users = (authorizations ?? []).flatMap(({ user_id: user }) => user ?? []);
  if (users.length > 0 && users.includes(self.userId)) return true;
  return users.length === 0 && (ids.includes(self.teamId) || ids.every((id) => !id));
}

/** What people changed; that a link got its preview is a change without an edit. */
function decodeChanged(raw: unknown, event: unknown, setting: Setting): Decoded {
  const parsed = WireChangedEvent.safeParse(event);
  if (!parsed.success) return unparsed(raw);
  const { message, previous_message: before } = parsed.data;
  const isEdit = message.edited && message.text !== before?.text;
  if (!isEdit || !spoken.has(message.subtype ?? '')) return ignored('service');
  return decodeMessage(message, { ...placeOf(parsed.data), kind: 'edit' }, setting);
}

/** Somebody's emoji under a message of ours, where the owner wants to hear of it. */
function decodeReaction(raw: unknown, event: unknown, setting: Setting): Decoded {
  const { self, options, names } = setting;
  if (options.reactionNotifications === 'off') return ignored('other-kind');
  const parsed = WireReaction.safeParse(event);
  if (!parsed.success) return unparsed(raw);
  const { user, reaction, item, item_user: author, event_ts: at } = parsed.data;
  if (user === self.userId) return ignored('own');
  if (author !== self.userId) return ignored('service');
  return {
    kind: 'event',
    event: {
      ...whereOf(placeOf(item), { ts: item.ts }, setting),
      externalId: `reaction:${item.channel}:${item.ts}:${user}:${at}`,
      kind: 'reaction',
      sender: toSender(user, names.get(user) ?? {}),
      messageId: item.ts,
      text: '',
      reaction: cleanText(reaction),
      mentioned: false,
      replyToUs: true,
      at: timeOfTs(at),
    },
  };
}

/** The app was invited, or somebody came. An event without a time of its own is known by the delivery's id. */
function decodeJoin(delivery: WireCallback, { self, names }: Setting): Decoded {
  const parsed = WireJoin.safeParse(delivery.event);
  if (!parsed.success) return unparsed(delivery);
  const { user, inviter, channel, event_ts: at } = parsed.data;
  const isUs = user === self.userId;
  const person = toSender(user, names.get(user) ?? {});
  const sender = isUs && inviter ? toSender(inviter, names.get(inviter) ?? {}) : person;
  const name = person.name ?? person.username;
  return {
    kind: 'event',
    event: {
      target: { channel },
      chat: { id: channel, kind: 'group' },
      externalId: `join:${channel}:${user}:${at ?? delivery.event_id ?? ''}`,
      kind: 'join',
      sender,
      messageId: '',
      text: '',
      mentioned: false,
      replyToUs: false,
      joined: { who: isUs ? 'us' : 'others', names: name === undefined ? [] : [name] },
      at: timeOfTs(at ?? ''),
    },
  };
}

interface Place {
  readonly channel: string;
  readonly isDirect: boolean;
}

function placeOf({
  channel,
  channel_type: type,
}: {
  readonly channel: string;
  readonly channel_type?: string | null | undefined;
}): Place {
  return { channel, isDirect: type === 'im' || channel.startsWith('D') };
}

function decodeMessage(
  message: WireMessage,
  place: Place & { readonly kind: 'message' | 'edit' },
  setting: Setting,
): Decoded {
  const { self } = setting;
  if (message.user === self.userId || isOwnBot(message, self)) return ignored('own');
  const sender = senderOf(message, setting.names);
  if (sender === undefined) return ignored('service');
  const media = decodeMedia(message);
  const said = readWords(message, setting);
  if (said.text === '' && !said.mentioned && media.length === 0) return ignored('service');
  const { ts } = message;
  // Slack keeps a slash at the very beginning for itself; people write a space before it.
  const command = findCommand(said.text.trimStart());
  const event: ChannelInbound = {
    ...whereOf(place, message, setting),
    externalId: externalIdOf(message, place),
    kind: place.kind,
    sender,
    messageId: ts,
    text: said.text,
    mentioned: said.mentioned,
    replyToUs: isReply(message) && message.parent_user_id === self.userId,
    ...(command && { command }),
    ...(media.length > 0 && { media }),
    at: timeOfTs(ts),
  };
  return { kind: 'event', event };
}

function isOwnBot({ bot_id: botId }: WireMessage, self: Self): boolean {
  return typeof botId === 'string' && botId === self.botId;
}

function isReply({
  ts,
  thread_ts: thread,
}: {
  readonly ts: string;
  readonly thread_ts?: string | null | undefined;
}): boolean {
  return typeof thread === 'string' && thread !== ts;
}

/** The message's identity; of an edit also its revision. */
function externalIdOf(
  { ts, edited, text }: WireMessage,
  { channel, kind }: Place & { readonly kind: 'message' | 'edit' },
): string {
  if (kind === 'message') return `${channel}:${ts}`;
  return `${channel}:${ts}:e${shortHash(`${edited?.ts ?? ''}|${text ?? ''}`)}`;
}

/** A thread is a conversation of its own; a channel's message begins one where it is to be answered in one. */
function whereOf(
  { channel, isDirect }: Place,
  message: { readonly ts: string; readonly thread_ts?: string | null | undefined },
  { options }: Setting,
): Pick<ChannelInbound, 'chat' | 'target'> {
  const begun = options.replyIn === 'thread' && !isDirect ? message.ts : undefined;
  const thread = isReply(message) ? (message.thread_ts ?? undefined) : begun;
  return {
    target: { channel, ...(thread !== undefined && { thread }) },
    chat: {
      id: channel,
      kind: isDirect ? 'dm' : 'group',
      ...(thread !== undefined && { threadId: thread }),
    },
  };
}

/** Workflows and old integrations have no user. */
function senderOf(message: WireMessage, names: Names): ChannelInbound['sender'] | undefined {
  const { user, bot_id: botId, username } = message;
  const id = user ?? botId ?? undefined;
  if (id === undefined || id === '') return undefined;
  const facts = names.get(id);
  const name = facts?.name ?? (username ? cleanText(username) : undefined);
  return toSender(id, { ...facts, name, isBot: facts?.isBot === true || Boolean(botId) });
}

function toSender(id: string, facts: Partial<PersonFacts>): ChannelInbound['sender'] {
  const { name, username, isBot = false } = facts;
  return {
    id,
    ...(name !== undefined && { name }),
    ...(username !== undefined && { username }),
    isBot,
  };
}

/** A pressed button. */
export function decodeActions(
  { user, container, message, actions }: WireActions,
  setting: Setting,
): Decoded {
  const [action] = actions;
  const { channel_id: channel, message_ts: ts } = container;
  const threadTs = container.thread_ts ?? message?.thread_ts;
  if (typeof action?.value !== 'string') return ignored('other-kind');
  const at = action.action_ts ?? ts;
  return {
    kind: 'event',
    event: {
      ...whereOf(placeOf({ channel }), { ts, thread_ts: threadTs ?? undefined }, setting),
      externalId: `button:${channel}:${ts}:${user.id}:${at}`,
      kind: 'button',
      sender: toSender(user.id, setting.names.get(user.id) ?? toNames(user.username ?? user.name)),
      messageId: ts,
      text: '',
      mentioned: false,
      replyToUs: true,
      buttonToken: cleanText(action.value),
      at: timeOfTs(at),
    },
  };
}

/** A slash command; only whoever gave it sees that they did. */
export function decodeCommand(command: WireCommand, setting: Setting): Decoded {
  const { user_id: user, channel_id: channel, trigger_id: trigger } = command;
  const text = commandText(command, setting.options);
  const fact = findCommand(text);
  const place = placeOf({ channel });
  return {
    kind: 'event',
    event: {
      target: { channel },
      chat: { id: channel, kind: place.isDirect ? 'dm' : 'group' },
      externalId: `command:${trigger}`,
      kind: 'message',
      sender: toSender(user, setting.names.get(user) ?? toNames(command.user_name)),
      messageId: `${onlyFor}${user}`,
      text,
      mentioned: true,
      replyToUs: false,
      ...(fact && { command: fact }),
      at: setting.now,
    },
  };
}

/** In place of a message's time: what answers it is for this person's eyes. */
export const onlyFor = 'only:';

function toNames(username: string | null | undefined): Partial<PersonFacts> {
  return username ? { name: cleanText(username), username } : {};
}

/** `/cuttle status` and `/cuttle /status` are `/status`, as is a `/status` of its own. */
function commandText({ command, text }: WireCommand, { slashCommand }: Setting['options']): string {
  const words = cleanText(text).trim();
  if (command !== slashCommand) return cleanText(`${command} ${words}`).trim();
  return words === '' ? '/help' : `/${words.replace(/^\/+/, '')}`;
}

function ignored(reason: Extract<Decoded, { kind: 'ignored' }>['reason']): Decoded {
  return { kind: 'ignored', reason };
}

export function unparsed(raw: unknown): Decoded {
  return { kind: 'event', event: toUnparsedEvent(raw) };
}
