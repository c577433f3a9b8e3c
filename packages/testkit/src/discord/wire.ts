import type { Json } from '@cuttle/core-types';

type Fields = { readonly [key: string]: Json };

/** https://discord.com/developers/docs/resources/user#user-object */
export type WireUser = Fields & {
  readonly id: string;
  readonly username: string;
  readonly global_name: string | null;
};

/** https://discord.com/developers/docs/resources/message#message-object */
export type WireMessage = Fields & {
  readonly id: string;
  readonly channel_id: string;
  readonly content: string;
  readonly author: WireUser;
};

/** https://discord.com/developers/docs/resources/channel#channel-object */
export type WireChannel = Fields & { readonly id: string; readonly type: number };

/** https://discord.com/developers/docs/topics/gateway-events#payload-structure */
export interface WireDispatch {
  readonly op: 0;
  readonly t: string;
  readonly s: number;
  readonly d: Json;
}

/** https://discord.com/developers/docs/resources/channel#channel-object-channel-types */
export const channelTypes = {
  text: 0,
  dm: 1,
  voice: 2,
  groupDm: 3,
  category: 4,
  announcement: 5,
  announcementThread: 10,
  thread: 11,
  privateThread: 12,
  forum: 15,
} as const;

/** https://discord.com/developers/docs/topics/gateway#list-of-intents */
export const intents = {
  guilds: 1 << 0,
  guildMembers: 1 << 1,
  guildPresences: 1 << 8,
  guildMessages: 1 << 9,
  guildMessageReactions: 1 << 10,
  guildMessageTyping: 1 << 11,
  directMessages: 1 << 12,
  directMessageReactions: 1 << 13,
  directMessageTyping: 1 << 14,
  messageContent: 1 << 15,
} as const;
