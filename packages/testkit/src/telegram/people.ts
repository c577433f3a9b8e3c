import type { MediaKind } from './methods/media.ts';
import { toMedia } from './methods/media.ts';
import type { BotState } from './methods/method.ts';
import { parseText } from './parse-text.ts';
import type { UpdateQueue } from './update-queue.ts';
import type { WireEntity, WireMessage, WireUpdate, WireUser } from './wire.ts';
import type { ChatState, StoredMessage, World } from './world.ts';

export interface UserInput {
  readonly id: number;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly username?: string;
  readonly isBot?: boolean;
  readonly languageCode?: string;
  /** False for someone who never wrote to the bot: it cannot write first. */
  readonly started?: boolean;
}

export interface GroupInput {
  /** Negative; supergroups begin with -100. */
  readonly id: number;
  readonly title?: string;
  readonly type?: 'group' | 'supergroup';
  readonly username?: string;
  readonly forum?: boolean;
  /** Topics of a forum: thread id → name. */
  readonly topics?: Readonly<Record<number, string>>;
  readonly members?: readonly number[];
  readonly botIsAdmin?: boolean;
}

export interface SayInput {
  /** User id. */
  readonly from: number;
  /** Chat id; the private chat with `from` without it. */
  readonly chat?: number;
  /** Text, or the caption of a file. */
  readonly text?: string;
  /** Own entities, for what the server does not find by itself. */
  readonly entities?: readonly WireEntity[];
  /** Message id. */
  readonly replyTo?: number;
  /** Puts `@botname ` before the text. */
  readonly mention?: boolean;
  /** Topic of a forum. */
  readonly thread?: number;
  /** The id of the album that the file is a part of. */
  readonly album?: string;
  readonly file?: {
    readonly kind: MediaKind;
    readonly name?: string;
    readonly mimeType?: string;
    readonly bytes: Uint8Array;
  };
}

export interface Said {
  readonly message: WireMessage;
  readonly messageId: number;
  /** Undefined where the bot is not told: privacy mode, or a kind it did not ask for. */
  readonly update: WireUpdate | undefined;
}

export interface EditInput {
  readonly chat: number;
  readonly messageId: number;
  readonly text: string;
}

export interface PressInput {
  readonly from: number;
  readonly chat: number;
  readonly messageId: number;
  /** The button's `callback_data`, or its text. */
  readonly button: string;
}

/** What people do; each act makes the update the real server would make. */
export interface People {
  user(input: UserInput): WireUser;
  group(input: GroupInput): void;
  say(input: SayInput): Said;
  editMessage(input: EditInput): Said;
  pressButton(input: PressInput): WireUpdate | undefined;
  react(input: {
    from: number;
    chat: number;
    messageId: number;
    emoji: string;
  }): WireUpdate | undefined;
  /** People come into a group, which its members read in a message of Telegram's own. */
  join(input: { chat: number; users: readonly number[] }): WireUpdate | undefined;
  /** Somebody adds the bot to a group. */
  addBot(input: { chat: number; from: number }): WireUpdate | undefined;
}

export interface PeopleDeps {
  readonly world: World;
  readonly queue: UpdateQueue;
  readonly state: BotState;
  readonly now: () => number;
  /** The bot's privacy mode in groups. https://core.telegram.org/bots/features#privacy-mode */
  readonly privacy: boolean;
}

export function createPeople(deps: PeopleDeps): People {
  const { world, queue } = deps;
  const tell = (kind: string, message: StoredMessage): Said => {
    const wire = world.toWire(message);
    const chat = world.findChat(message.chatId);
    const update = canBotSee(deps, chat, message) ? queue.push(kind, wire) : undefined;
    return { message: wire, messageId: message.id, update };
  };
  return {
    user(input) {
      const user = toUser(input);
      const chat = world.addUser(user, input.started === false ? 'not-started' : undefined);
      chat.members.add(user.id);
      return user;
    },
    group: (input) => addGroup(world, input),
    say: (input) => tell('message', say(world, input)),
    editMessage(input) {
      const message = messageOf(world, input);
      world.edit(message, parseText({ text: input.text }), message.replyMarkup);
      return tell('edited_message', message);
    },
    pressButton: (input) => pressButton(deps, input),
    join: (input) => join(deps, input),
    addBot: (input) => addBot(deps, input),
    react(input) {
      const chat = world.findChat(input.chat);
      const user = userOf(world, input.from);
      return queue.push('message_reaction', {
        chat: chat.chat,
        message_id: input.messageId,
        user,
        date: Math.floor(deps.now() / 1000),
        old_reaction: [],
        new_reaction: [{ type: 'emoji', emoji: input.emoji }],
      });
    },
  };
}

function toUser(input: UserInput): WireUser {
  return {
    id: input.id,
    is_bot: input.isBot ?? false,
    first_name: input.firstName ?? `User ${input.id}`,
    ...(input.lastName === undefined ? {} : { last_name: input.lastName }),
    ...(input.username === undefined ? {} : { username: input.username }),
    ...(input.languageCode === undefined ? {} : { language_code: input.languageCode }),
  };
}

function addGroup(world: World, input: GroupInput): void {
  if (input.id >= 0) throw new TypeError('The id of a group is negative');
  const state = world.addGroup({
    id: input.id,
    type: input.type ?? 'supergroup',
    title: input.title ?? `Group ${input.id}`,
    ...(input.username === undefined ? {} : { username: input.username }),
    ...(input.forum === true ? { is_forum: true as const } : {}),
  });
  for (const [id, name] of Object.entries(input.topics ?? {})) state.topics.set(Number(id), name);
  for (const member of input.members ?? []) state.members.add(member);
  state.botIsAdmin = input.botIsAdmin ?? false;
}

function say(world: World, input: SayInput): StoredMessage {
  const from = userOf(world, input.from);
  const chat = world.findChat(input.chat ?? input.from);
  if (chat.chat.type === 'private' && chat.barrier === 'not-started') chat.barrier = undefined;
  chat.members.add(from.id);
  const text = `${input.mention === true ? `@${world.bot.username ?? ''} ` : ''}${input.text ?? ''}`;
  const file = input.file;
  return world.addMessage(chat, {
    from,
    text: parseText({ text, entities: input.entities }, (id) => world.users.get(id)),
    replyTo: input.replyTo,
    album: input.album,
    ...threadOf(chat, input),
    media:
      file === undefined
        ? undefined
        : toMedia(
            file.kind,
            world.addFile(file.kind, file.name ?? '', Buffer.from(file.bytes)),
            file,
          ),
  });
}

/** In a forum the topic; in another supergroup a reply carries the id of the message that began the thread. */
function threadOf(chat: ChatState, input: SayInput): { threadId?: number; isTopic?: boolean } {
  if (input.thread !== undefined) {
    if (!chat.topics.has(input.thread))
      throw new TypeError(`The chat has no topic ${input.thread}`);
    return { threadId: input.thread, isTopic: true };
  }
  const reply = input.replyTo === undefined ? undefined : chat.messages.get(input.replyTo);
  if (reply === undefined || chat.chat.type !== 'supergroup') return {};
  return { threadId: reply.threadId ?? reply.id, isTopic: reply.isTopic };
}

function canBotSee(deps: PeopleDeps, chat: ChatState, message: StoredMessage): boolean {
  if (chat.barrier === 'kicked') return false;
  if (chat.chat.type === 'private' || chat.botIsAdmin || !deps.privacy) return true;
  const { bot } = deps.world;
  const reply = message.replyTo === undefined ? undefined : chat.messages.get(message.replyTo);
  if (reply?.from.id === bot.id) return true;
  const name = `@${(bot.username ?? '').toLowerCase()}`;
  return message.entities.some((entity) => {
    const content = message.text.slice(entity.offset, entity.offset + entity.length).toLowerCase();
    if (entity.type === 'bot_command') return !content.includes('@') || content.endsWith(name);
    return (entity.type === 'mention' && content === name) || entity.user?.id === bot.id;
  });
}

function pressButton(deps: PeopleDeps, input: PressInput): WireUpdate | undefined {
  const message = messageOf(deps.world, input);
  const button = buttonsOf(message.replyMarkup).find(
    ({ text, callback_data: data }) => data === input.button || text === input.button,
  );
  if (button?.callback_data === undefined)
    throw new TypeError(`The message has no button ${input.button} with callback data`);
  const id = String(4_000_000_000_000_000 + deps.state.callbacks.size);
  deps.state.callbacks.set(id, { answer: undefined });
  return deps.queue.push('callback_query', {
    id,
    from: userOf(deps.world, input.from),
    message: deps.world.toWire(message),
    chat_instance: String(Math.abs(input.chat) * 7),
    data: button.callback_data,
  });
}

function join(
  { world, queue }: PeopleDeps,
  { chat: id, users }: { readonly chat: number; readonly users: readonly number[] },
): WireUpdate | undefined {
  const chat = world.findChat(id);
  const people = users.map((user) => userOf(world, user));
  const [first] = people;
  if (!first) throw new TypeError('Name who came');
  for (const { id: user } of people) chat.members.add(user);
  const { text: _none, ...message } = world.toWire(world.addMessage(chat, { from: first }));
  return queue.push('message', { ...message, new_chat_members: people });
}

function addBot(
  { world, queue, now }: PeopleDeps,
  { chat: id, from }: { readonly chat: number; readonly from: number },
): WireUpdate | undefined {
  const { chat } = world.findChat(id);
  return queue.push('my_chat_member', {
    chat,
    from: userOf(world, from),
    date: Math.floor(now() / 1000),
    old_chat_member: { status: 'left', user: world.bot },
    new_chat_member: { status: 'member', user: world.bot },
  });
}

interface Button {
  readonly text: string;
  readonly callback_data?: string;
}

function buttonsOf(markup: unknown): readonly Button[] {
  if (typeof markup !== 'object' || markup === null || !('inline_keyboard' in markup)) return [];
  // Validation proved an array of arrays of buttons when the bot sent it.
  return (markup.inline_keyboard as readonly (readonly Button[])[]).flat();
}

function messageOf(world: World, at: { chat: number; messageId: number }): StoredMessage {
  const message = world.findChat(at.chat).messages.get(at.messageId);
  if (message === undefined || message.deletedAt !== undefined)
    throw new TypeError(`Chat ${at.chat} has no message ${at.messageId}`);
  return message;
}

function userOf(world: World, id: number): WireUser {
  const user = world.users.get(id);
  if (user === undefined) throw new TypeError(`Add user ${id} with server.user() first`);
  return user;
}
