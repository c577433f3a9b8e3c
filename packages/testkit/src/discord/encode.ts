import type { Json } from '@cuttle/core-types';
import type { WireChannel, WireMessage, WireUser } from './wire.ts';
import {
  type AttachmentState,
  type ChannelState,
  type GuildState,
  isThread,
  type MessageState,
  type UserState,
  type World,
} from './world.ts';

export function encodeUser(user: UserState): WireUser {
  return {
    id: user.id,
    username: user.username,
    global_name: user.globalName ?? null,
    discriminator: user.bot ? '0001' : '0',
    avatar: null,
    bot: user.bot,
    public_flags: 0,
  };
}

/** https://discord.com/developers/docs/resources/guild#guild-member-object */
export function encodeMember(user: UserState, nick?: string): Readonly<Record<string, Json>> {
  return {
    user: encodeUser(user),
    nick: nick ?? null,
    avatar: null,
    banner: null,
    roles: [],
    joined_at: '2020-01-01T00:00:00.000000+00:00',
    premium_since: null,
    communication_disabled_until: null,
    pending: false,
    deaf: false,
    mute: false,
    flags: 0,
  };
}

/** https://discord.com/developers/docs/resources/message#message-object */
export function encodeMessage(world: World, message: MessageState, cdnUrl: string): WireMessage {
  const reference =
    message.replyTo === undefined
      ? undefined
      : world.findMessage(message.channelId, message.replyTo);
  return {
    id: message.id,
    channel_id: message.channelId,
    type: message.type,
    author: encodeUser(message.author),
    content: message.content,
    timestamp: toTime(message.at),
    edited_timestamp: message.editedAt === undefined ? null : toTime(message.editedAt),
    tts: false,
    mention_everyone: message.mentionEveryone,
    mentions: message.mentionIds.flatMap((id) => {
      const user = world.users.get(id);
      return user ? [encodeUser(user)] : [];
    }),
    mention_roles: [],
    attachments: message.attachments.map((one) => encodeAttachment(one, message, cdnUrl)),
    embeds: [...message.embeds],
    components: [...message.components],
    pinned: message.pinned,
    flags: message.flags,
    ...(message.nonce !== undefined && { nonce: message.nonce }),
    ...(message.reactions.size > 0 && { reactions: encodeReactions(message) }),
    ...(message.replyTo !== undefined && {
      message_reference: { type: 0, message_id: message.replyTo, channel_id: message.channelId },
      referenced_message: reference ? encodeMessage(world, reference, cdnUrl) : null,
    }),
  };
}

function encodeReactions({ reactions }: MessageState): Json[] {
  return [...reactions].map(([name, who]) => ({
    emoji: { id: null, name },
    count: who.size,
    me: false,
  }));
}

function encodeAttachment(file: AttachmentState, message: MessageState, cdnUrl: string): Json {
  const url = `${cdnUrl}/attachments/${message.channelId}/${file.id}/${encodeURIComponent(file.filename)}`;
  return {
    id: file.id,
    filename: file.filename,
    content_type: file.contentType,
    size: file.bytes.byteLength,
    ...(file.width !== undefined && { width: file.width, height: file.width }),
    url,
    proxy_url: url,
  };
}

/** As it goes to the bot's session: in a guild with the place and the member. */
export function encodeEventMessage(
  world: World,
  message: MessageState,
  cdnUrl: string,
): WireMessage {
  const channel = world.channels.get(message.channelId);
  const type = channel === undefined ? {} : { channel_type: channel.type };
  const wire = { ...encodeMessage(world, message, cdnUrl), ...type };
  if (channel?.guildId === undefined) return wire;
  const nick = world.guilds.get(channel.guildId)?.nicks.get(message.author.id);
  const { user: _user, ...member } = encodeMember(message.author, nick);
  return { ...wire, guild_id: channel.guildId, member };
}

/** https://discord.com/developers/docs/resources/channel#channel-object */
export function encodeChannel(world: World, channel: ChannelState): WireChannel {
  const recipient =
    channel.recipientId === undefined ? undefined : world.users.get(channel.recipientId);
  return {
    id: channel.id,
    type: channel.type,
    last_message_id: channel.lastMessageId ?? null,
    flags: 0,
    ...(channel.guildId !== undefined && { guild_id: channel.guildId, position: 0 }),
    ...(channel.name !== undefined && { name: channel.name }),
    ...(channel.parentId !== undefined && { parent_id: channel.parentId }),
    ...(channel.guildId !== undefined && !isThread(channel) && { permission_overwrites: [] }),
    ...(recipient && { recipients: [encodeUser(recipient)] }),
    ...(isThread(channel) && {
      owner_id: world.bot.id,
      message_count: channel.messages.size,
      member_count: 1,
      thread_metadata: {
        archived: channel.archived,
        auto_archive_duration: 1440,
        archive_timestamp: '2020-01-01T00:00:00.000000+00:00',
        locked: false,
      },
    }),
  };
}

/** https://discord.com/developers/docs/topics/gateway-events#guild-create */
export function encodeGuild(world: World, guild: GuildState): Json {
  const channels = [...world.channels.values()].filter(({ guildId }) => guildId === guild.id);
  const members = [...guild.memberIds].flatMap((id) => world.users.get(id) ?? []);
  return {
    id: guild.id,
    name: guild.name,
    icon: null,
    owner_id: guild.ownerId,
    afk_channel_id: null,
    afk_timeout: 300,
    verification_level: 0,
    default_message_notifications: 0,
    explicit_content_filter: 0,
    roles: [
      {
        id: guild.id,
        name: '@everyone',
        color: 0,
        hoist: false,
        position: 0,
        permissions: '2248473465835073',
        managed: false,
        mentionable: false,
      },
    ],
    emojis: [],
    features: [],
    mfa_level: 0,
    system_channel_id: null,
    system_channel_flags: 0,
    rules_channel_id: null,
    premium_tier: 0,
    preferred_locale: 'en-US',
    public_updates_channel_id: null,
    nsfw_level: 0,
    premium_progress_bar_enabled: false,
    joined_at: '2020-01-01T00:00:00.000000+00:00',
    large: false,
    unavailable: false,
    member_count: members.length + 1,
    voice_states: [],
    members: [world.bot, ...members].map((user) => encodeMember(user, guild.nicks.get(user.id))),
    channels: channels
      .filter((channel) => !isThread(channel))
      .map((channel) => encodeChannel(world, channel)),
    threads: channels
      .filter((channel) => isThread(channel) && !channel.archived)
      .map((channel) => encodeChannel(world, channel)),
    presences: [],
    stage_instances: [],
    guild_scheduled_events: [],
  };
}

function toTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000+00:00');
}
