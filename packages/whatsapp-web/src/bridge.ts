import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type BridgeCommand, type BridgeEvent, bridgeVersion } from '@cuttle/core-types/bridge';
import type { proto, WAMessage } from 'baileys';
import { toChatId, toJid } from './address.ts';
import { downloadTo } from './download.ts';
import { Failure, toFailure, toRefusal } from './failure.ts';
import { type HeardKeys, openHeardKeys } from './heard-keys.ts';
import { type HeldMessage, type Inbox, openInbox } from './inbox.ts';
import type { Connection, Library, Sending } from './library.ts';
import { createLink, type Link } from './link.ts';
import { createRecent, type Recent } from './recent.ts';
import { toContent } from './to-content.ts';
import { toBridgeMessage } from './to-message.ts';
import { createUnread, type Unread } from './unread.ts';

export interface BridgeDeps {
  readonly library: Library;
  /** What is kept: the link, and messages that were not taken. */
  readonly folder: string;
  readonly say: (event: BridgeEvent) => void;
  readonly warn: (words: string) => void;
  /** Resolves after so many ms, or rejects by the abort. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface Bridge {
  /** Never rejects. */
  obey(command: BridgeCommand): Promise<void>;
  /** Resolves when all that was to be kept is. */
  end(): Promise<void>;
}

interface State extends BridgeDeps {
  readonly link: Link;
  readonly inbox: Inbox;
  readonly unread: Unread;
  /** Ids of messages on their way, with whoever waits for WhatsApp to take them. */
  readonly sending: Map<string, PromiseWithResolvers<void>>;
  /** Messages that WhatsApp took from us, for devices that could not read them. */
  readonly sent: Recent<proto.IMessage>;
  readonly keys: HeardKeys;
  /** What came last, for quotes. */
  readonly heard: Recent<WAMessage>;
  /** Messages of ours that were taken back on another device. */
  readonly revoked: Recent<true>;
  isListening: boolean;
  storing: Promise<void>;
}

const [mostSent, mostHeard] = [500, 1000];
/** WhatsApp takes a message within this time, or it is not known whether it did. */
const takingMs = 20_000;

/** The bridge: commands in, events out, WhatsApp behind `library`. It ends with its input. */
export async function createBridge(deps: BridgeDeps): Promise<Bridge> {
  const state: State = {
    ...deps,
    inbox: await openInbox(join(deps.folder, 'inbox')),
    keys: await openHeardKeys(join(deps.folder, 'heard.jsonl')),
    unread: createUnread(),
    sending: new Map(),
    sent: createRecent(mostSent),
    heard: createRecent(mostHeard),
    revoked: createRecent(mostSent),
    isListening: false,
    storing: Promise.resolve(),
    link: createLink({
      ...deps,
      findSent: (id) => state.sent.find(id),
      listener: {
        onMessages: (messages) => hear(state, messages),
        onAcknowledged(id, error) {
          const waiting = state.sending.get(id);
          if (error === undefined) waiting?.resolve();
          else waiting?.reject(toRefusal(error));
        },
        onReceipt({ jid, id, state: stage }) {
          deps.say({ type: 'receipt', chat: toChatId(jid) ?? jid, messageId: id, state: stage });
        },
      },
    }),
  };
  deps.say({ type: 'ready', version: bridgeVersion });
  return {
    async end() {
      await state.link.end();
      await state.storing;
    },
    async obey(command) {
      if (command.type === 'taken') {
        await state.inbox.take(command.event).catch((error: unknown) => deps.warn(String(error)));
        return;
      }
      const { id } = command;
      try {
        await act(state, command);
        deps.say({ type: 'done', id });
        if (command.type === 'listen') await listen(state);
      } catch (error) {
        const { code, message, reached } = toFailure(error);
        const more = reached === undefined ? {} : { reached };
        deps.say({ type: 'failed', id, code, message, ...more });
      }
    },
  };
}

/** Each is a file before the gateway is told of it. */
function hear(state: State, messages: readonly WAMessage[]): void {
  const { self } = state.link;
  if (self === undefined) return;
  for (const wire of messages) {
    note(state, wire);
    const message = toBridgeMessage(wire, self);
    // What was said here needs nobody to hear of it.
    if (message === undefined || message.own) continue;
    if (message.reaction === undefined) state.unread.note(message.chat.id, wire.key);
    const store = async (): Promise<void> => {
      // Before the gateway is told of it, which may react to it.
      if (message.reaction === undefined) await state.keys.put(message.chat.id, wire.key);
      const held = await state.inbox.put(message);
      if (held && state.isListening) give(state, held);
    };
    state.storing = state.storing
      .then(store)
      .catch((error: unknown) => state.warn(`A message could not be kept: ${String(error)}`));
  }
}

const revoke = 0;

/** What quotes and changes need to know of it. */
function note({ heard, revoked }: State, wire: WAMessage): void {
  const { key, message: content } = wire;
  if (key.id && content) heard.put(key.id, wire);
  const taken = content?.protocolMessage;
  const type: number | null | undefined = taken?.type;
  const isTaken = key.fromMe === true && type === revoke;
  if (isTaken && taken?.key?.id) revoked.put(taken.key.id, true);
}

function give({ say }: State, { event, message }: HeldMessage): void {
  say({ type: 'message', event, message });
}

async function listen(state: State): Promise<void> {
  const begin = async (): Promise<void> => {
    const held = await state.inbox.list();
    state.isListening = true;
    for (const one of held) give(state, one);
  };
  state.storing = state.storing.then(begin, begin);
  await state.storing;
}

type Answered = Exclude<BridgeCommand, { readonly type: 'taken' }>;

function act(state: State, command: Answered): Promise<void> {
  const { link } = state;
  switch (command.type) {
    case 'connect':
      return link.connect();
    case 'login':
      return link.login();
    case 'logout':
      return leave(state);
    case 'listen':
      requireConnection(state);
      return Promise.resolve();
    case 'typing':
      return showTyping(state, command);
    case 'download':
      return downloadTo(state.library, command);
    case 'send':
      return send(state, command, toContent(command));
    case 'edit':
    case 'delete':
      return change(state, command);
    case 'react':
      return react(state, command);
  }
}

/** What was heard is the account's. */
async function leave({ link, keys }: State): Promise<void> {
  await link.logout();
  await keys.clear();
}

function requireConnection({ link }: State): Connection {
  if (link.connection !== undefined) return link.connection;
  throw new Failure('unavailable', 'The account is not connected.', false);
}

interface Addressed {
  readonly chat: string;
  readonly messageId: string;
  readonly quote?: string | undefined;
}

async function showTyping(
  state: State,
  { chat, read }: Extract<BridgeCommand, { readonly type: 'typing' }>,
): Promise<void> {
  const connection = requireConnection(state);
  const keys = read ? state.unread.take(chat) : [];
  if (keys.length > 0) await connection.markRead(keys);
  await connection.showTyping(toJid(chat));
}

/**
 * Done when WhatsApp took it. Whoever has a message under this id shows no second one. One that is still on its way is waited
 * for, and not sent beside itself.
 */
async function send(state: State, asked: Addressed, content: Sending): Promise<void> {
  const connection = requireConnection(state);
  const { sending } = state;
  const { chat, messageId, quote } = asked;
  const before = sending.get(messageId);
  if (before !== undefined) return before.promise;
  const taken = Promise.withResolvers<void>();
  taken.promise.catch(() => {}); // heard below, or nobody asks any more
  sending.set(messageId, taken);
  try {
    const quoted = state.heard.find(quote ?? '');
    if ('text' in content && !content.edit)
      state.sent.put(messageId, { conversation: content.text });
    const options = { messageId, ...(quoted && { quoted }) };
    const left = await connection.send(toJid(chat), content, options);
    if (left && !('text' in content)) state.sent.put(messageId, left);
    await untilTaken(state, taken);
  } catch (error) {
    taken.reject(error);
    throw error;
  } finally {
    sending.delete(messageId);
  }
}

/** It left: a large file takes its time before that. */
async function untilTaken(
  { sleep }: Pick<State, 'sleep'>,
  taken: PromiseWithResolvers<void>,
): Promise<void> {
  const over = new AbortController();
  const late = sleep(takingMs, over.signal).then(
    () => taken.reject(new Failure('unavailable', 'WhatsApp did not say that it took it.')),
    () => {}, // it was in time
  );
  try {
    await taken.promise;
  } finally {
    over.abort();
    await late;
  }
}

function change(
  state: State,
  command: Extract<BridgeCommand, { readonly type: 'edit' | 'delete' }>,
): Promise<void> {
  const { chat, target } = command;
  const key = { remoteJid: toJid(chat), fromMe: true, id: target };
  if (command.type === 'delete') return send(state, command, { delete: key });
  if (state.revoked.find(target))
    throw new Failure('invalid', 'The message was deleted on the phone.', false);
  return send(state, command, { text: command.text, edit: key });
}

function react(
  state: State,
  { chat, target, own, sender, emoji }: Extract<BridgeCommand, { readonly type: 'react' }>,
): Promise<void> {
  const known = own ? undefined : state.keys.find(chat, target);
  const participant =
    chat.endsWith('@g.us') && !own && sender !== undefined ? { participant: toJid(sender) } : {};
  const key = known ?? { remoteJid: toJid(chat), fromMe: own, id: target, ...participant };
  return send(
    state,
    { chat, messageId: `3EB0${randomBytes(9).toString('hex').toUpperCase()}` },
    { react: { text: emoji, key } },
  );
}
