import { randomBytes } from 'node:crypto';
import type { Json } from '@cuttle/core-types';
import { encodeChannel, encodeGuild, encodeMessage, encodeUser } from './encode.ts';
import { postMessage } from './post-message.ts';
import type { RouteContext } from './route.ts';
import { channelTypes, type WireDispatch, type WireUser } from './wire.ts';
import type { ChannelState, MessageState } from './world.ts';

export interface UserInput {
  readonly id?: string;
  readonly username?: string;
  readonly globalName?: string;
  readonly bot?: boolean;
}

export interface GuildInput {
  readonly id?: string;
  readonly name?: string;
  readonly members?: readonly string[];
  /** By member: how they are called there. */
  readonly nicks?: Readonly<Record<string, string>>;
}

export interface ChannelInput {
  readonly id?: string;
  readonly guild: string;
  readonly name?: string;
  readonly type?: 'text' | 'announcement' | 'voice' | 'forum' | 'category';
}

export interface ThreadInput {
  readonly id?: string;
  /** A text channel, or a forum: then it is a post. */
  readonly parent: string;
  readonly name?: string;
}

export interface FileInput {
  readonly name: string;
  readonly contentType?: string;
  readonly bytes: Uint8Array;
  /** Of a picture that Discord can read. */
  readonly width?: number;
}

export interface SayInput {
  readonly from: string;
  readonly text: string;
  /** The private channel with `from` without it. */
  readonly channel?: string;
  /** Names the bot before the text. */
  readonly mention?: boolean;
  readonly replyTo?: string;
  readonly files?: readonly FileInput[];
  readonly embeds?: readonly Json[];
  /** 32768: a forwarded one, and so on. */
  readonly flags?: number;
  /** Another kind than a plain message, such as 7: somebody joined. */
  readonly type?: number;
}

export interface Said {
  readonly channelId: string;
  readonly messageId: string;
  /** How the bot's session was told; undefined where it was not. */
  readonly dispatch: WireDispatch | undefined;
}

/** What people do. */
export interface People {
  /** Adds a person (or another bot); gives back the id. */
  user(input?: UserInput): string;
  guild(input?: GuildInput): string;
  channel(input: ChannelInput): string;
  thread(input: ThreadInput): string;
  /** The id of the private channel with a person. */
  direct(userId: string): string;
  say(input: SayInput): Said;
  editMessage(input: { channel: string; messageId: string; text: string }): Said;
  /** A person, or a moderator, deletes a message. */
  deleteMessage(channel: string, messageId: string): WireDispatch | undefined;
  react(input: {
    from: string;
    channel: string;
    messageId: string;
    emoji: string;
    remove?: boolean;
  }): WireDispatch | undefined;
  /** Presses a button by its label or its custom id. */
  press(input: { from: string; channel: string; messageId: string; button: string }): Pressed;
  /** Chooses one of the bot's commands. */
  command(input: {
    from: string;
    /** The private channel with `from` without it. */
    channel?: string;
    name: string;
    options?: Readonly<Record<string, string | number | boolean>>;
  }): Pressed;
  /** Sends a form that the bot opened as its answer to an interaction. */
  submit(input: { interactionId: string; values: Readonly<Record<string, string>> }): Pressed;
}

export interface Pressed {
  readonly interactionId: string;
  readonly dispatch: WireDispatch | undefined;
}

export function createPeople(context: RouteContext): People {
  return { ...createPlaces(context), ...createTalk(context), ...createInteractions(context) };
}

function createPlaces({
  world,
  publish,
}: RouteContext): Pick<People, 'user' | 'guild' | 'channel' | 'thread' | 'direct'> {
  return {
    user(input = {}) {
      const id = input.id ?? world.newId();
      const { username = `user${id.slice(-4)}`, globalName, bot = false } = input;
      world.users.set(id, { id, username, globalName, bot });
      return id;
    },
    guild(input = {}) {
      const id = input.id ?? world.newId();
      const [owner = world.bot.id] = input.members ?? [];
      const memberIds = new Set(input.members ?? []);
      const nicks = new Map(Object.entries(input.nicks ?? {}));
      const guild = { id, name: input.name ?? 'A guild', ownerId: owner, memberIds, nicks };
      world.guilds.set(id, guild);
      publish.place('GUILD_CREATE', encodeGuild(world, guild));
      return id;
    },
    channel({ id, guild, name = 'general', type = 'text' }) {
      const made = world.addChannel({
        type: channelTypes[type],
        guildId: guild,
        name,
        ...(id !== undefined && { id }),
      });
      publish.place('CHANNEL_CREATE', encodeChannel(world, made));
      return made.id;
    },
    thread({ id, parent, name = 'A thread' }) {
      const guildId = placeOf(world, parent).guildId;
      const made = world.addChannel({
        type: channelTypes.thread,
        guildId,
        parentId: parent,
        name,
        ...(id !== undefined && { id }),
      });
      publish.place('THREAD_CREATE', encodeChannel(world, made));
      return made.id;
    },
    direct: (userId) => world.openDirect(userId).id,
  };
}

function createTalk(
  context: RouteContext,
): Pick<People, 'say' | 'editMessage' | 'deleteMessage' | 'react'> {
  const { world, publish } = context;
  return {
    say(input) {
      const channel =
        input.channel === undefined ? world.openDirect(input.from) : placeOf(world, input.channel);
      const mention = input.mention === true ? `<@${world.bot.id}> ` : '';
      const message = postMessage(world, {
        channel,
        author: userOf(context, input.from),
        content: `${mention}${input.text}`,
        type: input.type,
        embeds: input.embeds,
        replyTo: input.replyTo,
        flags: input.flags,
        attachments: (input.files ?? []).map((file) => ({
          id: world.newId(),
          filename: file.name,
          contentType: file.contentType ?? 'application/octet-stream',
          bytes: file.bytes,
          width: file.width,
        })),
      });
      const dispatch = publish.message('MESSAGE_CREATE', message);
      return { channelId: channel.id, messageId: message.id, dispatch };
    },
    editMessage({ channel, messageId, text }) {
      const message = messageOf(context, channel, messageId);
      message.content = text;
      message.editedAt = world.now();
      const dispatch = publish.message('MESSAGE_UPDATE', message);
      return { channelId: channel, messageId, dispatch };
    },
    deleteMessage(channel, messageId) {
      const message = messageOf(context, channel, messageId);
      message.deleted = true;
      return publish.deleted(message);
    },
    react({ from, channel, messageId, emoji, remove = false }) {
      const message = messageOf(context, channel, messageId);
      const who = message.reactions.get(emoji) ?? new Set<string>();
      if (remove) who.delete(from);
      else who.add(from);
      if (who.size > 0) message.reactions.set(emoji, who);
      else message.reactions.delete(emoji);
      const t = remove ? 'MESSAGE_REACTION_REMOVE' : 'MESSAGE_REACTION_ADD';
      return publish.reaction(t, { message, userId: from, emoji });
    },
  };
}

function createInteractions(context: RouteContext): Pick<People, 'press' | 'command' | 'submit'> {
  const { world } = context;
  return {
    press({ from, channel, messageId, button }) {
      const message = messageOf(context, channel, messageId);
      const customId = customIdOf(message, button);
      return interact(context, {
        type: 3,
        from,
        channel: placeOf(world, channel),
        message,
        data: { custom_id: customId, component_type: 2, id: 1 },
      });
    },
    command({ from, channel, name, options = {} }) {
      const place = channel === undefined ? world.openDirect(from) : placeOf(world, channel);
      const all = [
        ...(world.commands.get('global') ?? []),
        ...(world.commands.get(place.guildId ?? '') ?? []),
      ];
      const known = all
        // Stored as the bot sent them.
        .map((one) => one as { id: string; name: string })
        .find((one) => one.name === name);
      if (known === undefined) throw new TypeError(`The bot has no command ${name}`);
      const values = Object.entries(options).map(([key, value]) => ({
        name: key,
        type: typeof value === 'string' ? 3 : typeof value === 'number' ? 10 : 5,
        value,
      }));
      const data = { id: known.id, name, type: 1, ...(values.length > 0 && { options: values }) };
      return interact(context, { type: 2, from, channel: place, message: undefined, data });
    },
    submit({ interactionId, values }) {
      const opened = context.interactions.get(interactionId);
      const form = opened?.answer?.type === 9 ? opened.answer.data : undefined;
      if (opened === undefined || form === undefined)
        throw new TypeError('The bot opened no form for this interaction');
      // Parsed as a callback when it came in.
      const customId = (form as { custom_id?: string }).custom_id ?? '';
      const components = Object.entries(values).map(([id, value]) => ({
        type: 1,
        components: [{ type: 4, custom_id: id, value }],
      }));
      return interact(context, {
        type: 5,
        from: opened.userId,
        channel: placeOf(world, opened.channelId),
        message: world.findMessage(opened.channelId, opened.messageId ?? ''),
        data: { custom_id: customId, components },
      });
    },
  };
}

/** https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-object */
function interact(
  context: RouteContext,
  input: {
    readonly type: 2 | 3 | 5;
    readonly from: string;
    readonly channel: ChannelState;
    readonly message: MessageState | undefined;
    readonly data: Json;
  },
): Pressed {
  const { world, interactions, publish } = context;
  const { channel, message, from } = input;
  const id = world.newId();
  const token = randomBytes(48).toString('base64url');
  interactions.set(id, {
    id,
    token,
    channelId: channel.id,
    userId: from,
    messageId: message?.id,
    answer: undefined,
    responseId: undefined,
    at: world.now(),
  });
  const dispatch = publish.interaction({
    id,
    application_id: world.applicationId,
    type: input.type,
    data: input.data,
    token,
    version: 1,
    channel_id: channel.id,
    channel: encodeChannel(world, channel),
    app_permissions: '2248473465835073',
    locale: 'en-US',
    entitlements: [],
    authorizing_integration_owners: {},
    context: channel.guildId === undefined ? 1 : 0,
    attachment_size_limit: 10_485_760,
    ...(message && { message: encodeMessage(world, message, context.cdnUrl()) }),
    ...whoOf(channel, encodeUser(userOf(context, from))),
  });
  return { interactionId: id, dispatch };
}

/** In a guild the member speaks, in private the user. */
function whoOf({ guildId }: ChannelState, user: WireUser): Readonly<Record<string, Json>> {
  if (guildId === undefined) return { user };
  const joined = { joined_at: '2020-01-01T00:00:00+00:00', deaf: false, mute: false, flags: 0 };
  return {
    guild_id: guildId,
    guild: { id: guildId, locale: 'en-US', features: [] },
    member: { user, roles: [], permissions: '0', ...joined },
  };
}

function customIdOf({ components, id }: MessageState, button: string): string {
  const all = components.flatMap(
    // They were checked when they came in.
    (row) => (row as { components?: { label?: string; custom_id?: string }[] }).components ?? [],
  );
  const found = all.find(({ label, custom_id: own }) => label === button || own === button);
  if (found?.custom_id === undefined) throw new TypeError(`Message ${id} has no button ${button}`);
  return found.custom_id;
}

function userOf({ world }: RouteContext, id: string) {
  const user = world.users.get(id);
  if (user === undefined) throw new TypeError(`There is no user ${id}`);
  return user;
}

function placeOf(world: RouteContext['world'], id: string): ChannelState {
  const channel = world.channels.get(id);
  if (channel === undefined) throw new TypeError(`There is no channel ${id}`);
  return channel;
}

function messageOf({ world }: RouteContext, channel: string, id: string): MessageState {
  const message = world.findMessage(channel, id);
  if (message === undefined) throw new TypeError(`There is no message ${id}`);
  return message;
}
