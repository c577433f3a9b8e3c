import { CuttleError } from '@cuttle/core-types/errors';
import { z } from 'zod';

/** A person by their number without a plus or, where only that is known, by their hidden id; or a group. */
const chatId = /^(?:\d{6,15}|\d{5,20}@lid|\d{5,30}(?:-\d{5,20})?@g\.us)$/;

/** Where a message goes. */
export const WhatsappWebTarget = z.object({ chat: z.string().regex(chatId) });
export type WhatsappWebTarget = z.infer<typeof WhatsappWebTarget>;

/** A person's word for a chat: `491701234567`, `+49 170 1234567`, or the id of a group. */
export function parseAddress(
  to: string,
):
  | { readonly key: string; readonly target: WhatsappWebTarget; readonly group: boolean }
  | undefined {
  const word = to.trim();
  const chat = word.includes('@') ? word : word.replace(/^\+/, '').replaceAll(/[ ()-]/g, '');
  const target = WhatsappWebTarget.safeParse({ chat });
  return target.success
    ? { key: chat, target: target.data, group: chat.endsWith('@g.us') }
    : undefined;
}

/** A stored address → ours. Throws `channel.invalid` where there is none, as for a message that could not be read. */
export function parseTarget(target: unknown): WhatsappWebTarget {
  const parsed = WhatsappWebTarget.safeParse(target);
  if (parsed.success) return parsed.data;
  throw new CuttleError('channel.invalid', 'This conversation has no address on WhatsApp.', {
    cause: parsed.error,
  });
}
