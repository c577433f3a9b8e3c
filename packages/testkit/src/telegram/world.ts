import { createHash } from 'node:crypto';
import { badRequest, forbidden } from './failure.ts';
import type { FormattedText } from './parse-text.ts';
import type {
  WireChat,
  WireDocument,
  WireEntity,
  WireMessage,
  WirePhotoSize,
  WireUser,
  WireVoice,
} from './wire.ts';

export interface Media {
  readonly photo?: readonly WirePhotoSize[];
  readonly document?: WireDocument;
  readonly voice?: WireVoice;
  readonly audio?: WireVoice & { readonly file_name?: string };
  readonly video?: WireVoice & WirePhotoSize;
  readonly video_note?: WireVoice & { readonly length: number };
  readonly animation?: WireVoice & WirePhotoSize;
  readonly sticker?: WirePhotoSize & {
    readonly type: 'regular';
    readonly is_animated: boolean;
    readonly is_video: boolean;
    readonly emoji: string;
  };
}

/** A message as the server keeps it; deleted ones stay, marked. */
export interface StoredMessage {
  readonly id: number;
  readonly chatId: number;
  readonly from: WireUser;
  /** Unix ms. */
  readonly date: number;
  readonly threadId: number | undefined;
  readonly isTopic: boolean;
  readonly replyTo: number | undefined;
  readonly media: Media | undefined;
  readonly album: string | undefined;
  text: string;
  entities: readonly WireEntity[];
  replyMarkup: unknown;
  editDate: number | undefined;
  deletedAt: number | undefined;
  reactions: unknown;
  /** What stood before each edit, oldest first. */
  readonly history: {
    readonly text: string;
    readonly entities: readonly WireEntity[];
    readonly until: number;
  }[];
}

export interface Draft {
  readonly draftId: number;
  readonly text: string;
  readonly entities: readonly WireEntity[];
  readonly at: number;
}

export interface ChatState {
  readonly chat: WireChat;
  readonly messages: Map<number, StoredMessage>;
  readonly topics: Map<number, string>;
  readonly members: Set<number>;
  readonly drafts: Map<number, Draft>;
  /** Every draft that was shown, in order. */
  readonly draftLog: Draft[];
  readonly actions: {
    readonly action: string;
    readonly threadId: number | undefined;
    readonly at: number;
  }[];
  /** Why the bot cannot write here. */
  barrier: 'blocked' | 'not-started' | 'deactivated' | 'kicked' | undefined;
  botIsAdmin: boolean;
  /** Pinned messages, the newest last. */
  readonly pinned: Set<number>;
}

export interface StoredFile {
  readonly id: string;
  readonly path: string;
  readonly bytes: Buffer;
  /** Unix ms; `getFile` was asked before. */
  linkedUntil?: number;
}

export interface World {
  readonly bot: WireUser;
  readonly users: Map<number, WireUser>;
  readonly chats: Map<number, ChatState>;
  readonly files: Map<string, StoredFile>;
  addUser(user: WireUser, barrier?: ChatState['barrier']): ChatState;
  addGroup(chat: WireChat): ChatState;
  /** By id or @username, in the words of the server where it is unknown. */
  findChat(id: unknown): ChatState;
  addMessage(chat: ChatState, message: NewMessage): StoredMessage;
  edit(message: StoredMessage, text: FormattedText, replyMarkup: unknown): void;
  addFile(kind: string, name: string, bytes: Buffer): StoredFile;
  toWire(message: StoredMessage): WireMessage;
}

export interface NewMessage {
  readonly from: WireUser;
  readonly text?: FormattedText | undefined;
  readonly media?: Media | undefined;
  readonly album?: string | undefined;
  readonly threadId?: number | undefined;
  readonly isTopic?: boolean | undefined;
  readonly replyTo?: number | undefined;
  readonly replyMarkup?: unknown;
}

export function createWorld(deps: { bot: WireUser; now: () => number }): World {
  const users = new Map<number, WireUser>([[deps.bot.id, deps.bot]]);
  const chats = new Map<number, ChatState>();
  const files = new Map<string, StoredFile>();
  const ids = createMessageIds();
  return {
    bot: deps.bot,
    users,
    chats,
    files,
    addUser(user, barrier) {
      users.set(user.id, user);
      const known = chats.get(user.id);
      if (known !== undefined) return known;
      const state = createChat({ id: user.id, type: 'private', ...namesOf(user) });
      state.barrier = barrier;
      chats.set(user.id, state);
      return state;
    },
    addGroup(chat) {
      const state = createChat(chat);
      chats.set(chat.id, state);
      return state;
    },
    findChat: (id) => findChat(chats, id),
    addMessage(chat, message) {
      const stored = createMessage({ chat, message, id: ids.next(chat.chat), now: deps.now() });
      chat.messages.set(stored.id, stored);
      if (stored.from.id === deps.bot.id) chat.drafts.clear();
      return stored;
    },
    edit(message, text, replyMarkup) {
      message.history.push({ text: message.text, entities: message.entities, until: deps.now() });
      message.text = text.text;
      message.entities = text.entities;
      message.replyMarkup = replyMarkup;
      message.editDate = deps.now();
    },
    addFile(kind, name, bytes) {
      const index = files.size;
      const extension = /\.[a-z0-9]{1,8}$/i.exec(name)?.[0] ?? '';
      const digest = createHash('sha256').update(`${kind}:${index}:${name}`).digest('base64url');
      const file = { id: `AgAC${digest}`, path: `${kind}s/file_${index}${extension}`, bytes };
      files.set(file.id, file);
      return file;
    },
    toWire: (message) => toWire(chats, message, true),
  };
}

function createChat(chat: WireChat): ChatState {
  return {
    chat,
    messages: new Map(),
    topics: new Map(),
    members: new Set(),
    drafts: new Map(),
    draftLog: [],
    actions: [],
    barrier: undefined,
    botIsAdmin: false,
    pinned: new Set(),
  };
}

/** Private chats and basic groups share one sequence of the bot's account; each supergroup has its own. */
function createMessageIds(): { next(chat: WireChat): number } {
  let shared = 0;
  const own = new Map<number, number>();
  return {
    next(chat) {
      if (chat.type === 'private' || chat.type === 'group') return (shared += 1);
      const next = (own.get(chat.id) ?? 0) + 1;
      own.set(chat.id, next);
      return next;
    },
  };
}

function createMessage(made: {
  chat: ChatState;
  message: NewMessage;
  id: number;
  now: number;
}): StoredMessage {
  const { message } = made;
  return {
    id: made.id,
    chatId: made.chat.chat.id,
    from: message.from,
    date: made.now,
    threadId: message.threadId,
    isTopic: message.isTopic ?? false,
    replyTo: message.replyTo,
    media: message.media,
    album: message.album,
    text: message.text?.text ?? '',
    entities: message.text?.entities ?? [],
    replyMarkup: message.replyMarkup,
    editDate: undefined,
    deletedAt: undefined,
    reactions: undefined,
    history: [],
  };
}

function namesOf(user: WireUser): Pick<WireChat, 'first_name' | 'last_name' | 'username'> {
  return {
    first_name: user.first_name,
    ...(user.last_name === undefined ? {} : { last_name: user.last_name }),
    ...(user.username === undefined ? {} : { username: user.username }),
  };
}

function findChat(chats: ReadonlyMap<number, ChatState>, id: unknown): ChatState {
  if (typeof id === 'number') {
    const state = chats.get(id);
    if (state !== undefined) return state;
  }
  if (typeof id === 'string' && id.startsWith('@')) {
    const name = id.slice(1).toLowerCase();
    for (const state of chats.values())
      if (state.chat.type !== 'private' && state.chat.username?.toLowerCase() === name)
        return state;
  }
  throw badRequest('chat not found');
}

/** Throws 403 in the server's words where the bot cannot write to the chat. */
export function checkWritable(state: ChatState): void {
  if (state.barrier === 'blocked') throw forbidden('bot was blocked by the user');
  if (state.barrier === 'not-started')
    throw forbidden("bot can't initiate conversation with a user");
  if (state.barrier === 'deactivated') throw forbidden('user is deactivated');
  if (state.barrier === 'kicked')
    throw forbidden(`bot was kicked from the ${state.chat.type} chat`);
}

function toWire(
  chats: ReadonlyMap<number, ChatState>,
  message: StoredMessage,
  withReply: boolean,
): WireMessage {
  const state = chats.get(message.chatId);
  if (state === undefined) throw new TypeError(`chat ${message.chatId} is not in the world`);
  const reply = message.replyTo === undefined ? undefined : state.messages.get(message.replyTo);
  return {
    message_id: message.id,
    from: message.from,
    chat: state.chat,
    date: Math.floor(message.date / 1000),
    ...(message.threadId === undefined ? {} : { message_thread_id: message.threadId }),
    ...(message.isTopic ? { is_topic_message: true } : {}),
    ...(message.editDate === undefined ? {} : { edit_date: Math.floor(message.editDate / 1000) }),
    ...(reply === undefined || !withReply || reply.deletedAt !== undefined
      ? {}
      : { reply_to_message: toWire(chats, reply, false) }),
    ...(message.album === undefined ? {} : { media_group_id: message.album }),
    ...contentOf(message),
    ...(message.replyMarkup === undefined ? {} : { reply_markup: message.replyMarkup }),
  };
}

function contentOf(message: StoredMessage): Partial<WireMessage> {
  const entities = message.entities.length === 0 ? undefined : message.entities;
  if (message.media === undefined)
    return { text: message.text, ...(entities === undefined ? {} : { entities }) };
  return {
    ...message.media,
    ...(message.text === '' ? {} : { caption: message.text }),
    ...(entities === undefined ? {} : { caption_entities: entities }),
  };
}
