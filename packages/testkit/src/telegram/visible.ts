import type { WireEntity, WireUser } from './wire.ts';
import type { ChatState, Media, StoredMessage } from './world.ts';

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
