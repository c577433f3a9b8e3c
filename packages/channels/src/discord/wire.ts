import { z } from 'zod';

/** What we read of Discord's objects, loosely: unknown fields pass. https://discord.com/developers/docs/reference */

const id = z.string().regex(/^\d{1,20}$/);

export const WireUser = z.looseObject({
  id,
  username: z.string().optional(),
  global_name: z.string().nullish(),
  bot: z.boolean().nullish(),
  /** Of Discord itself. */
  system: z.boolean().nullish(),
});
export type WireUser = z.infer<typeof WireUser>;

export const WireMember = z.looseObject({ nick: z.string().nullish(), user: WireUser.nullish() });

const WireEmbed = z.looseObject({
  type: z.string().nullish(),
  title: z.string().nullish(),
  description: z.string().nullish(),
  url: z.string().nullish(),
  author: z.looseObject({ name: z.string().nullish() }).nullish(),
  footer: z.looseObject({ text: z.string().nullish() }).nullish(),
  fields: z
    .array(z.looseObject({ name: z.string().nullish(), value: z.string().nullish() }))
    .nullish(),
});
export type WireEmbed = z.infer<typeof WireEmbed>;

const WireAttachment = z.looseObject({
  id,
  filename: z.string().nullish(),
  content_type: z.string().nullish(),
  size: z.number().nullish(),
  url: z.string().nullish(),
  duration_secs: z.number().nullish(),
  /** Of what Discord could read as a picture. */
  width: z.number().nullish(),
});
export type WireAttachment = z.infer<typeof WireAttachment>;

const WireSticker = z.looseObject({ id, name: z.string().nullish() });

const said = {
  content: z.string().nullish(),
  embeds: z.array(WireEmbed).nullish(),
  attachments: z.array(WireAttachment).nullish(),
  sticker_items: z.array(WireSticker).nullish(),
  flags: z.int().nullish(),
};

export const WireMessage = z.looseObject({
  id,
  channel_id: id,
  type: z.int().nullish(),
  author: WireUser,
  member: WireMember.nullish(),
  webhook_id: z.string().nullish(),
  edited_timestamp: z.string().nullish(),
  mentions: z.array(WireUser).nullish(),
  mention_roles: z.array(z.string()).nullish(),
  referenced_message: z
    .looseObject({
      author: WireUser.nullish(),
      content: z.string().nullish().catch(undefined),
    })
    .nullish(),
  /** What was forwarded. https://discord.com/developers/docs/resources/message#message-snapshot-object */
  message_snapshots: z.array(z.looseObject({ message: z.looseObject(said) })).nullish(),
  ...said,
});
export type WireMessage = z.infer<typeof WireMessage>;

const held = { attachments: z.array(WireAttachment).nullish() };
/** The files of a message and of what it forwards. */
export const WireFiles = z.looseObject({
  message_snapshots: z.array(z.looseObject({ message: z.looseObject(held) })).nullish(),
  ...held,
});

/** https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-object */
export const WireInteraction = z.looseObject({
  id,
  type: z.int(),
  token: z.string(),
  channel_id: id.nullish(),
  user: WireUser.nullish(),
  member: WireMember.nullish(),
  message: z.looseObject({ id }).nullish(),
  data: z
    .looseObject({
      name: z.string().nullish(),
      custom_id: z.string().nullish(),
      components: z.array(z.unknown()).nullish(),
      options: z
        .array(z.looseObject({ value: z.union([z.string(), z.number(), z.boolean()]).nullish() }))
        .nullish(),
    })
    .nullish(),
});
export type WireInteraction = z.infer<typeof WireInteraction>;

export const WireReaction = z.looseObject({
  user_id: id,
  message_id: id,
  member: WireMember.nullish(),
  emoji: z.looseObject({ id: id.nullish(), name: z.string().nullish() }),
});

/** https://discord.com/developers/docs/resources/channel#channel-object */
export const WireChannel = z.looseObject({
  id,
  type: z.int(),
  guild_id: id.nullish(),
  name: z.string().nullish(),
  parent_id: id.nullish(),
  last_message_id: id.nullish(),
  applied_tags: z.array(id).nullish().catch(undefined),
  available_tags: z
    .array(z.looseObject({ id, name: z.string() }))
    .nullish()
    .catch(undefined),
});
export type WireChannel = z.infer<typeof WireChannel>;

export const WireGuild = z.looseObject({
  id,
  channels: z.array(z.unknown()).nullish(),
  threads: z.array(z.unknown()).nullish(),
  roles: z
    .array(z.looseObject({ id, tags: z.looseObject({ bot_id: id.nullish() }).nullish() }))
    .nullish(),
});

export const WireReady = z.looseObject({
  session_id: z.string(),
  resume_gateway_url: z.string(),
  guilds: z.array(z.looseObject({ id })).nullish(),
});

/** https://discord.com/developers/docs/topics/gateway-events#payload-structure */
export const WirePayload = z.looseObject({
  op: z.int(),
  t: z.string().nullish(),
  s: z.int().nullish(),
  d: z.unknown(),
});

export type WirePayload = z.infer<typeof WirePayload>;

export const WireGatewayBot = z.looseObject({
  url: z.string(),
  shards: z.int().nullish(),
  session_start_limit: z
    .looseObject({ remaining: z.int(), reset_after: z.number().nonnegative() })
    .nullish(),
});

/** What sending answers. */
export const WireSent = z.looseObject({ id, channel_id: id.nullish() });
