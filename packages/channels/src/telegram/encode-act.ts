import { CuttleError } from '@cuttle/core-types/errors';
import type { SendRequest } from '@cuttle/core-types/ports';
import { z } from 'zod';
import type { TelegramCall } from './encode.ts';
import { parseTarget } from './target.ts';

/** What is done to a message, in place of one. */
const TelegramAct = z.discriminatedUnion('act', [
  z.object({ act: z.literal('pin'), silent: z.boolean() }),
  z.object({ act: z.literal('unpin') }),
  /** Empty: takes the account's own back. */
  z.object({ act: z.literal('react'), emoji: z.string() }),
]);
export type TelegramAct = z.infer<typeof TelegramAct>;

const About = z.object({ messageId: z.string().optional() });

/** The call of a row that is no message; undefined where it is one. Throws `channel.invalid` where the message is missing. */
export function encodeAct(request: SendRequest): TelegramCall | undefined {
  const parsed = TelegramAct.safeParse(request.part.payload);
  if (!parsed.success) return undefined;
  const act = parsed.data;
  const { chatId } = parseTarget(request.target);
  const messageId = subjectOf(request);
  const params = { chat_id: chatId, message_id: messageId };
  switch (act.act) {
    case 'pin':
      return {
        method: 'pinChatMessage',
        params: { ...params, disable_notification: act.silent },
      };
    case 'unpin':
      return { method: 'unpinChatMessage', params };
    case 'react': {
      const reaction = act.emoji === '' ? [] : [{ type: 'emoji', emoji: act.emoji }];
      return { method: 'setMessageReaction', params: { ...params, reaction } };
    }
  }
}

/** The platform's id of the message that an act is about: of ours by the receipt, else as the row says. */
function subjectOf({ receipt, part }: SendRequest): number {
  const id = receipt?.messageId ?? About.safeParse(part.payload).data?.messageId ?? '';
  if (/^[1-9]\d{0,14}$/.test(id)) return Number(id);
  throw new CuttleError('channel.invalid', 'The message that this is about is not there.');
}
