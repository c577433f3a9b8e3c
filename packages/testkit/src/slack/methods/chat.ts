import { Json } from '@cuttle/core-types';
import { z } from 'zod';
import { encodeMessage } from '../encode.ts';
import { SlackFailure } from '../failure.ts';
import {
  defineMethod,
  findChannel,
  type Method,
  type MethodContext,
  requireMember,
  requireOpen,
} from '../method.ts';
import { checkBlocks, checkMetadata, flag, ts } from '../schemas.ts';
import type { ChannelState, MessageState } from '../world.ts';

const content = {
  text: z.string().optional(),
  blocks: Json.optional(),
  attachments: z.array(Json).max(100).optional(),
  mrkdwn: flag.optional(),
  metadata: Json.optional(),
  unfurl_links: flag.optional(),
  unfurl_media: flag.optional(),
};

/** Longer ones are cut by Slack; an app that sends them has not counted. https://docs.slack.dev/changelog/2018-truncating-really-long-messages */
const longestPost = 40_000;
/** https://docs.slack.dev/reference/methods/chat.update#errors */
const longestUpdate = 4000;

const PostMessage = z.looseObject({
  ...content,
  channel: z.string(),
  thread_ts: ts.optional(),
  reply_broadcast: flag.optional(),
});

interface Words {
  readonly text: string;
  readonly blocks: readonly Json[];
}

function readWords(
  args: { text?: string | undefined; blocks?: Json | undefined; attachments?: Json | undefined },
  longest: number,
): Words {
  const blocks = args.blocks === undefined ? [] : checkBlocks(args.blocks, 50);
  const text = args.text ?? '';
  if (text.length > longest) throw new SlackFailure({ error: 'msg_too_long' });
  if (text.trim() === '' && blocks.length === 0 && args.attachments === undefined)
    throw new SlackFailure({ error: 'no_text' });
  return { text, blocks };
}

function addMessage(
  { world }: MethodContext,
  channel: ChannelState,
  about: Pick<MessageState, 'text' | 'blocks' | 'mrkdwn' | 'threadTs' | 'broadcast' | 'metadata'> &
    Partial<Pick<MessageState, 'onlyFor' | 'files'>>,
): MessageState {
  const message: MessageState = {
    files: [],
    onlyFor: undefined,
    ...about,
    ts: world.nextTs(),
    channel: channel.id,
    user: world.bot.id,
    botId: world.botId,
    edited: undefined,
    deleted: false,
    reactions: new Map(),
  };
  channel.messages.set(message.ts, message);
  return message;
}

const postMessage = defineMethod(
  { tier: 'post', token: 'bot', scopes: ['chat:write'] },
  PostMessage,
  (context, args) => {
    const channel = findChannel(context, args.channel);
    requireOpen(context, channel);
    const words = readWords(args, longestPost);
    const metadata = args.metadata === undefined ? undefined : checkMetadata(args.metadata);
    const message = addMessage(context, channel, {
      ...words,
      mrkdwn: args.mrkdwn ?? true,
      threadTs: args.thread_ts,
      broadcast: args.reply_broadcast ?? false,
      metadata,
    });
    context.publish.said(message);
    const { world, origin } = context;
    return {
      ok: true,
      channel: channel.id,
      ts: message.ts,
      message: encodeMessage(world, message, origin()),
    };
  },
);

const PostEphemeral = z.looseObject({
  ...content,
  channel: z.string(),
  user: z.string(),
  thread_ts: ts.optional(),
});

const postEphemeral = defineMethod(
  { tier: 4, token: 'bot', scopes: ['chat:write'] },
  PostEphemeral,
  (context, args) => {
    const channel = findChannel(context, args.channel);
    requireOpen(context, channel);
    if (!channel.members.has(args.user)) throw new SlackFailure({ error: 'user_not_in_channel' });
    const words = readWords(args, longestPost);
    const { ts: messageTs } = addMessage(context, channel, {
      ...words,
      mrkdwn: args.mrkdwn ?? true,
      threadTs: args.thread_ts,
      broadcast: false,
      metadata: undefined,
      onlyFor: args.user,
    });
    return { ok: true, message_ts: messageTs };
  },
);

/** A message of the app that can be changed; nobody's ephemeral one can. */
function findOwn(
  context: MethodContext,
  at: { readonly channel: string; readonly ts: string },
  refused: string,
): { channel: ChannelState; message: MessageState } {
  const channel = findChannel(context, at.channel);
  requireMember(context, channel);
  const message = channel.messages.get(at.ts);
  if (message === undefined || message.deleted || message.onlyFor !== undefined)
    throw new SlackFailure({ error: 'message_not_found' });
  if (message.user !== context.world.bot.id) throw new SlackFailure({ error: refused });
  return { channel, message };
}

const Update = z.looseObject({ ...content, channel: z.string(), ts });

const update = defineMethod(
  { tier: 3, token: 'bot', scopes: ['chat:write'] },
  Update,
  (context, args) => {
    const { channel, message } = findOwn(context, args, 'cant_update_message');
    if (channel.barrier !== undefined) throw new SlackFailure({ error: channel.barrier });
    const { text } = readWords(args, longestUpdate);
    const { world, origin } = context;
    const before = encodeMessage(world, message, origin());
    message.text = text;
    message.mrkdwn = args.mrkdwn ?? true;
    // Blocks and metadata that are not named stay.
    if (args.blocks !== undefined) message.blocks = checkBlocks(args.blocks, 50);
    if (args.metadata !== undefined) message.metadata = checkMetadata(args.metadata);
    message.edited = { user: world.bot.id, ts: world.nextTs() };
    context.publish.changed(message, before);
    return {
      ok: true,
      channel: channel.id,
      ts: message.ts,
      text,
      message: encodeMessage(world, message, origin()),
    };
  },
);

const remove = defineMethod(
  { tier: 3, token: 'bot', scopes: ['chat:write'] },
  z.looseObject({ channel: z.string(), ts }),
  (context, args) => {
    const { channel, message } = findOwn(context, args, 'cant_delete_message');
    message.deleted = true;
    context.publish.deleted(message);
    return { ok: true, channel: channel.id, ts: message.ts };
  },
);

const getPermalink = defineMethod(
  { tier: 'post', token: 'bot', scopes: [] },
  z.looseObject({ channel: z.string(), message_ts: ts }),
  (context, args) => {
    const channel = findChannel(context, args.channel);
    if (!channel.messages.has(args.message_ts))
      throw new SlackFailure({ error: 'message_not_found' });
    const { domain } = context.world.team;
    const link = `https://${domain}.slack.com/archives/${channel.id}/p${args.message_ts.replace('.', '')}`;
    return { ok: true, channel: channel.id, permalink: link };
  },
);

/** https://docs.slack.dev/reference/methods?family=chat */
export const chatMethods: Readonly<Record<string, Method>> = {
  'chat.postMessage': postMessage,
  'chat.postEphemeral': postEphemeral,
  'chat.update': update,
  'chat.delete': remove,
  'chat.getPermalink': getPermalink,
};
