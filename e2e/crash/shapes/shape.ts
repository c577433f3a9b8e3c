import type { Batch, Doors } from '../batch.ts';
import { toText } from '../batch.ts';

/**
 * A shape of a turn: says its messages, at its own pace and whatever happens to the gateway meanwhile, and notes what must come
 * of them. Resolves when it has nothing more to say and everything it waits for was acknowledged.
 */
export interface Shape {
  readonly name: string;
  say(batch: Batch, doors: Doors, signal: AbortSignal): Promise<void>;
}

/** Says a message to the bot; Telegram keeps it until the gateway confirms it. */
export function tell(
  batch: Batch,
  { telegram }: Doors,
  message: {
    readonly chat: number;
    readonly id: string;
    readonly words: string;
    readonly answer?: string;
    readonly expects?: 'answer' | 'cut-short';
  },
): void {
  const { chat, id, words, answer, expects = 'answer' } = message;
  const place = `telegram:${chat}`;
  batch.chats.add(chat);
  batch.said.push({ id, place, order: batch.said.length, expects, answer });
  telegram.say({ from: chat, text: toText(id, words) });
}

export function command(
  batch: Batch,
  { telegram }: Doors,
  { chat, text, reply }: { chat: number; text: string; reply: RegExp },
): void {
  batch.chats.add(chat);
  batch.notices.push({ place: `telegram:${chat}`, words: reply, count: 'once' });
  telegram.say({ from: chat, text });
}
