import type { Json } from '@cuttle/core-types';
import { encodeMessage } from '../encode.ts';
import { failures, invalidForm } from '../failure.ts';
import { postMessage } from '../post-message.ts';
import {
  channelOf,
  messageOf,
  type Route,
  type RouteCall,
  type RouteContext,
  snowflakeOf,
} from '../route.ts';
import { type AllowedMentions, MessageBody, parseBody } from '../schemas.ts';
import type { AttachmentState, ChannelState, MessageState } from '../world.ts';

/** https://discord.com/developers/docs/resources/message */
export const messageRoutes: readonly Route[] = [
  { method: 'GET', path: '/channels/:channel/messages', run: listMessages },
  {
    method: 'GET',
    path: '/channels/:channel/messages/:message',
    run: (context, call) => shown(context, messageOf(context, call)),
  },
  {
    method: 'POST',
    path: '/channels/:channel/messages',
    run(context, call) {
      const channel = channelOf(context, call);
      mayWrite(channel);
      return shown(context, createMessage(context, call, channel));
    },
  },
  {
    method: 'PATCH',
    path: '/channels/:channel/messages/:message',
    run(context, call) {
      const message = messageOf(context, call);
      if (message.author.id !== context.world.bot.id) throw failures.notYours();
      editMessage(context, message, parseBody(MessageBody, call.body));
      return shown(context, message);
    },
  },
  {
    method: 'DELETE',
    path: '/channels/:channel/messages/:message',
    run(context, call) {
      const message = messageOf(context, call);
      message.deleted = true;
      context.publish.deleted(message);
      return { status: 204 };
    },
  },
  {
    method: 'PUT',
    path: '/channels/:channel/messages/pins/:message',
    run: (context, call) => setPinned(context, call, true),
  },
  {
    method: 'DELETE',
    path: '/channels/:channel/messages/pins/:message',
    run: (context, call) => setPinned(context, call, false),
  },
  {
    method: 'PUT',
    path: '/channels/:channel/messages/:message/reactions/:emoji/@me',
    run(context, call) {
      const message = messageOf(context, call);
      const emoji = emojiOf(call);
      const who = message.reactions.get(emoji) ?? new Set();
      message.reactions.set(emoji, who.add(context.world.bot.id));
      const userId = context.world.bot.id;
      context.publish.reaction('MESSAGE_REACTION_ADD', { message, userId, emoji });
      return { status: 204 };
    },
  },
  {
    method: 'DELETE',
    path: '/channels/:channel/messages/:message/reactions/:emoji/@me',
    run(context, call) {
      const message = messageOf(context, call);
      const emoji = emojiOf(call);
      message.reactions.get(emoji)?.delete(context.world.bot.id);
      if (message.reactions.get(emoji)?.size === 0) message.reactions.delete(emoji);
      const userId = context.world.bot.id;
      context.publish.reaction('MESSAGE_REACTION_REMOVE', { message, userId, emoji });
      return { status: 204 };
    },
  },
];

/** https://discord.com/developers/docs/resources/message#pin-message */
function setPinned(context: RouteContext, call: RouteCall, pinned: boolean) {
  const message = messageOf(context, call);
  mayWrite(channelOf(context, call));
  message.pinned = pinned;
  return { status: 204 };
}

/** Newest first, whatever was asked for; `after` takes those nearest to it. https://discord.com/developers/docs/resources/message#get-channel-messages */
function listMessages(context: RouteContext, call: RouteCall) {
  const channel = channelOf(context, call);
  const limit = Number(call.query.get('limit') ?? 50);
  if (!Number.isInteger(limit) || limit < 1 || limit > 100)
    throw invalidForm(['limit'], 'NUMBER_TYPE_MAX', 'int value should be between 1 and 100.');
  const all = [...channel.messages.values()].filter(({ deleted }) => !deleted);
  const before = call.query.get('before');
  const after = call.query.get('after');
  const chosen =
    after === null
      ? all
          .filter(({ id }) => before === null || isLess(id, snowflakeOf(before, 'before')))
          .slice(-limit)
      : all.filter(({ id }) => isLess(snowflakeOf(after, 'after'), id)).slice(0, limit);
  const body = chosen
    .toReversed()
    .map((message) => encodeMessage(context.world, message, context.cdnUrl()));
  return { status: 200, body };
}

function isLess(a: string, b: string): boolean {
  return BigInt(a) < BigInt(b);
}

function shown(context: RouteContext, message: MessageState) {
  return { status: 200, body: encodeMessage(context.world, message, context.cdnUrl()) };
}

function mayWrite({ barrier, archived }: ChannelState): void {
  if (barrier === 'missing-permissions') throw failures.missingPermissions();
  if (barrier === 'cannot-dm') throw failures.cannotDm();
  if (archived) throw failures.archived();
}

/** A message of the bot. With `enforce_nonce` the one of the same nonce is given back, and none is made. */
export function createMessage(
  context: RouteContext,
  call: Pick<RouteCall, 'body' | 'files'>,
  channel: ChannelState,
): MessageState {
  const body = parseBody(MessageBody, call.body);
  const known = knownByNonce(context, channel, body);
  if (known !== undefined) return known;
  const { world } = context;
  const { content, embeds, components } = contentOf(body);
  if (content === '' && embeds.length + components.length + call.files.length === 0)
    throw failures.empty();
  const message = postMessage(world, {
    channel,
    author: world.bot,
    content,
    embeds,
    components,
    attachments: call.files.map(({ filename, contentType, bytes }): AttachmentState => {
      return { id: world.newId(), filename, contentType, bytes, width: undefined };
    }),
    replyTo: replyOf(context, channel, body),
    nonce: body.nonce ?? undefined,
    flags: body.flags ?? 0,
    mayMention: mentionRule(body.allowed_mentions),
  });
  const key = nonceKey(channel, body);
  if (key !== undefined) context.nonces.set(key, { messageId: message.id, at: world.now() });
  context.publish.message('MESSAGE_CREATE', message);
  return message;
}

interface Content {
  readonly content: string;
  readonly embeds: readonly Json[];
  readonly components: readonly Json[];
}

/** Surrounding space is not kept. */
function contentOf({ content, embeds, components }: MessageBody): Content {
  return {
    content: (content ?? '').trim(),
    // Both were parsed out of JSON.
    embeds: (embeds ?? []) as readonly Json[],
    components: (components ?? []) as readonly Json[], // as the embeds
  };
}

function nonceKey({ id }: ChannelState, { nonce }: MessageBody): string | undefined {
  return nonce === undefined || nonce === null ? undefined : `${id}:${nonce}`;
}

/** "Checked for uniqueness in the past few minutes". https://discord.com/developers/docs/resources/message#create-message-jsonform-params */
function knownByNonce(
  { nonces, nonceWindowMs, world }: RouteContext,
  channel: ChannelState,
  body: MessageBody,
): MessageState | undefined {
  const key = nonceKey(channel, body);
  if (body.enforce_nonce !== true || key === undefined) return undefined;
  const known = nonces.get(key);
  if (known === undefined || known.at < world.now() - nonceWindowMs) return undefined;
  return channel.messages.get(known.messageId);
}

function replyOf(
  { world }: RouteContext,
  channel: ChannelState,
  { message_reference: reference }: MessageBody,
): string | undefined {
  if (!reference) return undefined;
  if (world.findMessage(channel.id, reference.message_id) !== undefined)
    return reference.message_id;
  if (reference.fail_if_not_exists === false) return undefined;
  throw invalidForm(['message_reference'], 'REPLIES_UNKNOWN_MESSAGE', 'Unknown message');
}

function mentionRule(allowed: AllowedMentions | null | undefined): (userId: string) => boolean {
  if (!allowed) return () => true;
  const { parse = [], users = [] } = allowed;
  return (id) =>
    id === 'everyone'
      ? (parse ?? []).includes('everyone')
      : (parse ?? []).includes('users') || (users ?? []).includes(id);
}

export function editMessage(context: RouteContext, message: MessageState, body: MessageBody): void {
  const said = contentOf(body);
  const content = body.content === undefined ? message.content : said.content;
  const embeds = body.embeds === undefined ? message.embeds : said.embeds;
  if (content === '' && embeds.length === 0 && message.attachments.length === 0)
    throw failures.empty();
  message.content = content;
  message.embeds = embeds;
  if (body.components !== undefined) message.components = said.components;
  message.editedAt = context.world.now();
  context.publish.message('MESSAGE_UPDATE', message);
}

function emojiOf({ params }: RouteCall): string {
  const { emoji = '' } = params;
  // One emoji of Unicode, or `name:id` of a guild's own.
  if (/^\p{Emoji}/u.test(emoji) || /^\w{2,32}:\d+$/.test(emoji)) return emoji;
  throw failures.unknownEmoji();
}
