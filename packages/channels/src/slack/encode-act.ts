import { CuttleError } from '@cuttle/core-types/errors';
import type { SendRequest } from '@cuttle/core-types/ports';
import { z } from 'zod';
import { Ts } from './target.ts';

/** What is done to a message, in place of one. */
const SlackAct = z.object({
  act: z.literal('react'),
  name: z.string(),
  remove: z.boolean(),
  messageId: z.string().optional(),
});

export interface SlackActCall {
  readonly method: 'reactions.add' | 'reactions.remove';
  readonly name: string;
  readonly ts: string;
}

/** The call of a row that is no message; undefined where it is one. Throws `channel.invalid` where the message is missing. */
export function encodeAct({ part, receipt }: SendRequest): SlackActCall | undefined {
  const parsed = SlackAct.safeParse(part.payload);
  if (!parsed.success) return undefined;
  const { name, remove, messageId } = parsed.data;
  const ts = Ts.safeParse(receipt?.messageId ?? messageId);
  if (!ts.success)
    throw new CuttleError('channel.invalid', 'The message that this is about is not there.');
  return { method: remove ? 'reactions.remove' : 'reactions.add', name, ts: ts.data };
}
