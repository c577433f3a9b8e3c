import { Json } from '@cuttle/core-types';
import { z } from 'zod';

/** What we read of Telegram's objects, loosely: unknown fields pass. https://core.telegram.org/bots/api#available-types */

export const WireUser = z.looseObject({
  id: z.int(),
  is_bot: z.boolean().optional(),
  first_name: z.string().optional(),
  last_name: z.string().nullish(),
  username: z.string().nullish(),
});
export type WireUser = z.infer<typeof WireUser>;

export const WireChat = z.looseObject({
  id: z.int(),
  type: z.string(),
  title: z.string().nullish(),
});
export type WireChat = z.infer<typeof WireChat>;

export const WireEntity = z.looseObject({
  type: z.string(),
  offset: z.int().nonnegative(),
  length: z.int().nonnegative(),
  user: WireUser.nullish(),
  url: z.string().nullish(),
});
export type WireEntity = z.infer<typeof WireEntity>;

const WireReply = z.looseObject({
  from: WireUser.nullish(),
  sender_chat: WireChat.nullish(),
  text: z.string().nullish().catch(undefined),
  caption: z.string().nullish().catch(undefined),
  forum_topic_created: z.unknown().optional(),
});

export const WireMessage = z.looseObject({
  message_id: z.int(),
  date: z.int(),
  edit_date: z.int().nullish(),
  chat: WireChat,
  from: WireUser.nullish(),
  sender_chat: WireChat.nullish(),
  message_thread_id: z.int().nullish(),
  is_topic_message: z.boolean().nullish(),
  text: z.string().nullish(),
  caption: z.string().nullish(),
  entities: z.array(WireEntity).nullish(),
  caption_entities: z.array(WireEntity).nullish(),
  reply_to_message: WireReply.nullish(),
  /** The part of it that is quoted. */
  quote: z.looseObject({ text: z.string() }).nullish().catch(undefined),
  media_group_id: z.string().nullish().catch(undefined),
  new_chat_members: z.array(WireUser).nullish().catch(undefined),
});
export type WireMessage = z.infer<typeof WireMessage>;

export const WireCallback = z.looseObject({
  id: z.string(),
  from: WireUser,
  message: z
    .looseObject({
      message_id: z.int(),
      date: z.int(),
      chat: WireChat,
      message_thread_id: z.int().nullish(),
      is_topic_message: z.boolean().nullish(),
    })
    .nullish(),
  data: z.string().nullish(),
});
export type WireCallback = z.infer<typeof WireCallback>;

const WireReactions = z
  .array(z.looseObject({ type: z.string(), emoji: z.string().nullish() }))
  .default([]);

/** https://core.telegram.org/bots/api#messagereactionupdated */
export const WireReaction = z.looseObject({
  chat: WireChat,
  message_id: z.int(),
  user: WireUser.nullish(),
  date: z.int(),
  old_reaction: WireReactions,
  new_reaction: WireReactions,
});

const WireMember = z.looseObject({
  status: z.string(),
  is_member: z.boolean().nullish(),
  user: WireUser,
});
export type WireMember = z.infer<typeof WireMember>;

/** https://core.telegram.org/bots/api#chatmemberupdated */
export const WireMembership = z.looseObject({
  chat: WireChat,
  from: WireUser,
  date: z.int(),
  old_chat_member: WireMember,
  new_chat_member: WireMember,
});

/** An update is taken as JSON first: one that we cannot read is still kept. */
export const WireUpdate = z.looseObject({ update_id: z.int() });
export type WireUpdate = z.infer<typeof WireUpdate>;

export const WireUpdates = z.array(Json);

/** What sending answers. */
export const WireSent = z.looseObject({ message_id: z.int(), date: z.int() });
