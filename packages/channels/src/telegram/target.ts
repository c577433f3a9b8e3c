import { CuttleError } from '@cuttle/core-types/errors';
import { z } from 'zod';

/** Where a message goes, as stored with a conversation. */
export const TelegramTarget = z.object({
  chatId: z.union([z.int(), z.string()]),
  threadId: z.int().exactOptional(),
});
export type TelegramTarget = z.infer<typeof TelegramTarget>;

/** A person's word for a chat: `42`, `-100123`, `-100123:7` (a topic) or `@name` of a public group or channel. */
export function parseAddress(
  to: string,
): { readonly key: string; readonly target: TelegramTarget; readonly group: boolean } | undefined {
  const text = to.trim();
  if (/^@[a-z]\w{3,31}$/i.test(text))
    return { key: text.toLowerCase(), target: { chatId: text.toLowerCase() }, group: true };
  const match = /^(-?[1-9]\d{0,15})(?::([1-9]\d{0,9}))?$/.exec(text);
  const chatId = Number(match?.[1]);
  if (match === null || !Number.isSafeInteger(chatId)) return undefined;
  const threadId = match[2] === undefined ? {} : { threadId: Number(match[2]) };
  return { key: text, target: { chatId, ...threadId }, group: chatId < 0 };
}

/** A stored address → ours. Throws `channel.invalid` where there is none, as for an event that could not be read. */
export function parseTarget(target: unknown): TelegramTarget {
  const parsed = TelegramTarget.safeParse(target);
  if (parsed.success) return parsed.data;
  throw new CuttleError('channel.invalid', 'This conversation has no address on Telegram.', {
    cause: parsed.error,
  });
}
