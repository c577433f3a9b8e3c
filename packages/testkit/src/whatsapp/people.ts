import { createHash } from 'node:crypto';
import type { Json } from '@cuttle/core-types';
import { type GraphContext, keepMedia } from './routes.ts';
import { type FileInput, mimeTypeOf } from './sent-file.ts';
import { tellMessage, tellStatus } from './tell.ts';
import type { PendingChange } from './webhook-sender.ts';
import type { ChatMessage } from './world.ts';

export interface PersonInput {
  /** International, digits only. */
  readonly phone: string;
  readonly name: string;
}

export interface SayInput {
  readonly from: string;
  readonly text: string;
  /** Id of the number that is written to; the first without it. */
  readonly to?: string | undefined;
  /** A message that is answered. */
  readonly replyTo?: string | undefined;
  readonly file?: FileInput | undefined;
}

export interface Said {
  readonly messageId: string;
  readonly change: PendingChange;
}

export interface People {
  person(input: PersonInput): string;
  say(input: SayInput): Said;
  react(input: { readonly from: string; readonly messageId: string; readonly emoji: string }): Said;
  /** Taps a button or a row of a list. Throws where the message has none of that title. */
  press(input: {
    readonly from: string;
    readonly messageId: string;
    readonly button: string;
  }): Said;
  /** Sees a message of the number. */
  read(messageId: string): PendingChange;
  /** Why nothing can be sent to a person now: a code such as 131026; undefined: it can again. */
  block(phone: string, code: number | undefined): void;
}

export function createPeople(context: GraphContext): People {
  const { world } = context;
  const ofMessage = (messageId: string): ChatMessage => {
    const message = world.find(messageId);
    if (message === undefined) throw new TypeError(`No message ${messageId}`);
    return message;
  };
  return {
    person({ phone, name }) {
      world.people.set(phone, { phone, name, barrier: undefined });
      return phone;
    },
    say({ from, text, to, replyTo, file }) {
      const numberId = to ?? world.numbers.keys().next().value ?? '';
      const about = { person: from, numberId, replyTo, body: text };
      if (file === undefined)
        return tellNew(
          context,
          { ...about, type: 'text', mediaId: undefined },
          { text: { body: text } },
        );
      const { mediaId, type, content } = toMedia(context, file, text);
      return tellNew(context, { ...about, type, mediaId }, { [type]: content });
    },
    react({ from, messageId, emoji }) {
      const { numberId } = ofMessage(messageId);
      const about = { person: from, numberId, body: emoji, replyTo: undefined, mediaId: undefined };
      return tellNew(
        context,
        { ...about, type: 'reaction' },
        { reaction: { message_id: messageId, ...(emoji !== '' && { emoji }) } },
      );
    },
    press({ from, messageId, button: title }) {
      const asked = ofMessage(messageId);
      const button = asked.buttons.find((one) => one.title === title);
      if (button === undefined) throw new TypeError(`No button ${title} under ${messageId}`);
      const { id, kind, description } = button;
      const reply = { id, title, ...(description !== undefined && { description }) };
      const about = { person: from, numberId: asked.numberId, body: title, mediaId: undefined };
      return tellNew(
        context,
        { ...about, type: 'interactive', replyTo: messageId },
        { interactive: { type: kind, [kind]: reply } },
      );
    },
    read(messageId) {
      const message = ofMessage(messageId);
      message.status = 'read';
      return tellStatus(context, message);
    },
    block(phone, code) {
      const person = world.people.get(phone);
      if (person) person.barrier = code;
    },
  };
}

/** Puts a message of a person into the world, and tells the app of it. */
function tellNew(
  context: GraphContext,
  about: Pick<ChatMessage, 'person' | 'numberId' | 'type' | 'body' | 'replyTo' | 'mediaId'>,
  content: Readonly<Record<string, Json>>,
): Said {
  const { world, now } = context;
  const message: ChatMessage = {
    ...about,
    id: world.nextMessageId(about.person),
    fromUs: false,
    buttons: [],
    callbackData: undefined,
    at: now(),
    status: 'delivered',
  };
  world.messages.push(message);
  return { messageId: message.id, change: tellMessage(context, message, content) };
}

/** https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/image */
function toMedia(
  context: GraphContext,
  file: FileInput,
  caption: string,
): { mediaId: string; type: string; content: Json } {
  const mimeType = mimeTypeOf(file);
  const mediaId = keepMedia(context, { ...file, mimeType });
  const type = file.kind === 'voice' ? 'audio' : file.kind;
  const content = {
    ...(caption !== '' && type !== 'audio' && type !== 'sticker' && { caption }),
    ...(type === 'document' && file.name !== undefined && { filename: file.name }),
    ...(type === 'audio' && { voice: file.kind === 'voice' }),
    ...(type === 'sticker' && { animated: false }),
    mime_type: mimeType,
    sha256: createHash('sha256').update(file.bytes).digest('base64'),
    id: mediaId,
  };
  return { mediaId, type, content };
}
