import type { Json } from '@cuttle/core-types';
import { createSnowflakes } from './snowflake.ts';
import { channelTypes } from './wire.ts';

export interface UserState {
  readonly id: string;
  readonly username: string;
  readonly globalName: string | undefined;
  readonly bot: boolean;
}

export interface AttachmentState {
  readonly id: string;
  readonly filename: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
  readonly width: number | undefined;
}

export interface MessageState {
  readonly id: string;
  readonly channelId: string;
  readonly author: UserState;
  /** 0 a plain one, 19 a reply, 20 the answer to a command; others are the platform's own notes. */
  readonly type: number;
  readonly at: number;
  content: string;
  editedAt: number | undefined;
  mentionIds: readonly string[];
  mentionEveryone: boolean;
  embeds: readonly Json[];
  components: readonly Json[];
  readonly attachments: readonly AttachmentState[];
  readonly replyTo: string | undefined;
  readonly nonce: string | number | undefined;
  readonly flags: number;
  pinned: boolean;
  /** Emoji → who. */
  readonly reactions: Map<string, Set<string>>;
  deleted: boolean;
}

/** Why the bot cannot read or write there. */
export type Barrier = 'missing-access' | 'missing-permissions' | 'cannot-dm';

export interface ChannelState {
  readonly id: string;
  readonly type: number;
  readonly guildId: string | undefined;
  readonly name: string | undefined;
  /** The channel of a thread or of a forum's post. */
  readonly parentId: string | undefined;
  readonly recipientId: string | undefined;
  readonly messages: Map<string, MessageState>;
  lastMessageId: string | undefined;
  barrier: Barrier | undefined;
  archived: boolean;
  readonly typing: number[];
}

export interface GuildState {
  readonly id: string;
  readonly name: string;
  readonly ownerId: string;
  readonly memberIds: Set<string>;
  /** Names that members have there alone. */
  readonly nicks: Map<string, string>;
}

/** Who and what there is. */
export interface World {
  readonly bot: UserState;
  readonly applicationId: string;
  readonly users: Map<string, UserState>;
  readonly guilds: Map<string, GuildState>;
  readonly channels: Map<string, ChannelState>;
  /** Application commands by scope: a guild's id, or `global`. */
  readonly commands: Map<string, readonly Json[]>;
  newId(): string;
  now(): number;
  addChannel(
    input: Pick<ChannelState, 'type'> & Partial<Omit<ChannelState, 'type' | 'messages'>>,
  ): ChannelState;
  /** The private channel with a user; made where there is none. */
  openDirect(userId: string): ChannelState;
  findMessage(channelId: string, messageId: string): MessageState | undefined;
}

export function createWorld(deps: { bot: UserState; now: () => number }): World {
  const { bot, now } = deps;
  const newId = createSnowflakes(now);
  const channels = new Map<string, ChannelState>();
  const addChannel: World['addChannel'] = (input) => {
    const channel: ChannelState = {
      id: input.id ?? newId(),
      type: input.type,
      guildId: input.guildId,
      name: input.name,
      parentId: input.parentId,
      recipientId: input.recipientId,
      messages: new Map(),
      lastMessageId: undefined,
      barrier: undefined,
      archived: false,
      typing: [],
    };
    channels.set(channel.id, channel);
    return channel;
  };
  return {
    bot,
    applicationId: bot.id,
    users: new Map([[bot.id, bot]]),
    guilds: new Map(),
    channels,
    commands: new Map(),
    newId,
    now,
    addChannel,
    openDirect(userId) {
      const known = [...channels.values()].find(
        ({ type, recipientId }) => type === channelTypes.dm && recipientId === userId,
      );
      return known ?? addChannel({ type: channelTypes.dm, recipientId: userId });
    },
    findMessage(channelId, messageId) {
      const message = channels.get(channelId)?.messages.get(messageId);
      return message?.deleted === true ? undefined : message;
    },
  };
}

const threadTypes: ReadonlySet<number> = new Set([
  channelTypes.thread,
  channelTypes.privateThread,
  channelTypes.announcementThread,
]);

export function isThread({ type }: Pick<ChannelState, 'type'>): boolean {
  return threadTypes.has(type);
}
