import type { Json } from '@cuttle/core-types';
import { type FileInput, mimeTypeOf } from '../whatsapp/sent-file.ts';
import type { PendingMessage, World } from './world.ts';

export interface SayInput {
  /** Phone of a person. */
  readonly from: string;
  readonly text: string;
  /** Id of a group; the private chat without it. */
  readonly in?: string | undefined;
  /** Names the account. */
  readonly mention?: boolean | undefined;
  /** A message that is answered. */
  readonly replyTo?: string | undefined;
  readonly file?: FileInput | undefined;
}

export interface Said {
  readonly messageId: string;
  readonly event: PendingMessage;
}

/** What people do on their phones. */
export interface People {
  person(input: { readonly phone: string; readonly name: string }): void;
  group(input: { readonly id: string; readonly title: string }): void;
  say(input: SayInput): Said;
  /** Throws where nobody said it. */
  edit(messageId: string, text: string): Said;
  /** Puts an emoji under a message of the account. */
  react(input: { readonly from: string; readonly messageId: string; readonly emoji: string }): Said;
  /** Any message, as it is. */
  push(message: Json): PendingMessage;
  /** The same once more. */
  repeat(event: PendingMessage): void;
  /** Scans the code that is shown. Throws where there is none. */
  scan(): void;
}

type Shown = Readonly<Record<string, Json>>;

export function createPeople(world: World): People {
  const give = ({ event, message }: PendingMessage): void => {
    for (const connection of world.connections)
      if (connection.isListening) connection.say({ type: 'message', event, message });
    world.changes.notify();
  };
  const push: People['push'] = (message) => {
    const pending = { event: `event-${world.nextId()}`, message, isTaken: false };
    world.inbox.push(pending);
    give(pending);
    return pending;
  };
  return {
    person: (input) => void world.people.set(input.phone, input),
    group: (input) => void world.groups.set(input.id, input),
    push,
    repeat: give,
    say(input) {
      const messageId = world.nextId();
      return { messageId, event: push(toMessage(world, input, messageId)) };
    },
    edit(messageId, text) {
      const said = world.inbox
        .map(({ message }) => message)
        .findLast((message) => isShown(message) && message['id'] === messageId);
      if (!isShown(said)) throw new TypeError(`Nobody said ${messageId}`);
      return { messageId, event: push({ ...said, id: world.nextId(), edits: messageId, text }) };
    },
    react({ from, messageId: target, emoji }) {
      const messageId = world.nextId();
      const said = toMessage(world, { from, text: '' }, messageId);
      return { messageId, event: push({ ...said, reaction: { target, emoji } }) };
    },
    scan() {
      if (world.scanning === undefined) throw new TypeError('No code is shown');
      world.scanning.link();
    },
  };
}

function isShown(message: Json | undefined): message is Shown {
  return typeof message === 'object' && message !== null && !Array.isArray(message);
}

function toMessage(world: World, input: SayInput, id: string): Shown {
  const { from, text, replyTo, file } = input;
  const person = world.people.get(from);
  if (person === undefined) throw new TypeError(`There is no person ${from}`);
  const group = input.in === undefined ? undefined : world.groups.get(input.in);
  const answered = world.sent.some(({ messageId }) => messageId === replyTo);
  return {
    id,
    chat: group ? { ...group, kind: 'group' } : { id: from, kind: 'dm' },
    sender: { id: from, name: person.name },
    at: Date.now(),
    text,
    mentioned: input.mention === true,
    answersUs: answered,
    ...quotedIn(world, replyTo),
    media: file === undefined ? [] : [toMedium(world, file)],
  };
}

function quotedIn(world: World, replyTo: string | undefined): Shown {
  const ours = world.sent.find(({ messageId }) => messageId === replyTo);
  if (ours) return { quoted: { text: ours.text } };
  const said = world.inbox
    .map(({ message }) => message)
    .findLast((message) => isShown(message) && message['id'] === replyTo);
  if (!isShown(said) || typeof said['text'] !== 'string') return {};
  const { text, sender } = said;
  const name = isShown(sender) && typeof sender['name'] === 'string' ? sender['name'] : 'somebody';
  return { quoted: { text, from: name } };
}

function toMedium(world: World, sent: FileInput): Json {
  const { kind, bytes, name } = sent;
  const file = `file-${world.nextId()}`;
  world.files.set(file, bytes);
  return {
    kind,
    ref: { file },
    mimeType: mimeTypeOf(sent),
    bytes: bytes.length,
    ...(name !== undefined && { name }),
  };
}
