import type { WireEntity, WireUser } from './wire.ts';
import type { ChatState, Media, StoredFile, StoredMessage } from './world.ts';

/** A message as a person sees it now. */
export interface VisibleMessage {
  readonly id: number;
  readonly text: string;
  readonly entities: readonly WireEntity[];
  readonly from: WireUser;
  readonly threadId: number | undefined;
  readonly replyTo: number | undefined;
  readonly replyMarkup: unknown;
  readonly media: Media | undefined;
  readonly reactions: unknown;
  /** Unix ms. */
  readonly date: number;
  readonly editCount: number;
  /** What stood here before each edit, oldest first. */
  readonly history: StoredMessage['history'];
}

/** A file that the bot sent, as a person opens it. */
export interface VisibleFile {
  readonly messageId: number;
  /** `photo`, `document`, … */
  readonly kind: string;
  readonly name: string | undefined;
  readonly caption: string;
  readonly bytes: Uint8Array;
}

/** The files in messages, in order. */
export function toFiles(
  messages: readonly VisibleMessage[],
  files: ReadonlyMap<string, StoredFile>,
): readonly VisibleFile[] {
  return messages.flatMap(({ id, text, media = {} }) =>
    Object.entries(media).flatMap(([kind, held]: readonly [string, unknown]) => {
      const file = fileOf(Array.isArray(held) ? held.at(-1) : held);
      const stored = files.get(file.file_id ?? '');
      const { file_name: name } = file;
      return stored ? [{ messageId: id, kind, name, caption: text, bytes: stored.bytes }] : [];
    }),
  );
}

function fileOf(held: unknown): { readonly file_id?: string; readonly file_name?: string } {
  return typeof held === 'object' && held !== null ? held : {};
}

export function toVisible(chat: ChatState): readonly VisibleMessage[] {
  return [...chat.messages.values()]
    .filter(({ deletedAt }) => deletedAt === undefined)
    .toSorted((a, b) => a.id - b.id)
    .map((message) => ({
      id: message.id,
      text: message.text,
      entities: message.entities,
      from: message.from,
      threadId: message.threadId,
      replyTo: message.replyTo,
      replyMarkup: message.replyMarkup,
      media: message.media,
      reactions: message.reactions,
      date: message.date,
      editCount: message.history.length,
      history: message.history,
    }));
}
