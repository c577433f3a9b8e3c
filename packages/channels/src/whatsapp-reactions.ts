import { CuttleError } from '@cuttle/core-types/errors';
import {
  defineAction,
  type OutboundPart,
  type ReactionCapability,
  type SendRequest,
} from '@cuttle/core-types/ports';
import { z } from 'zod';

/** What an account of WhatsApp of either kind does under a message. https://faq.whatsapp.com/1270784217104727 */
export const whatsappReact = defineAction({
  name: 'react',
  description: 'Reacts to a message of this WhatsApp chat with one emoji, or takes that back.',
  input: z.strictObject({
    emoji: z
      .string()
      .max(32)
      .regex(/^(?:\s*\p{Extended_Pictographic}\S*\s*)?$/u, 'Give one emoji, or nothing.')
      .describe('One emoji; empty: takes yours back.'),
  }),
  subject: 'any',
  kind: 'edit',
  risk: 'write',
  render: ({ emoji }, { messageId }) => {
    return toReaction(emoji.trim(), messageId);
  },
});

function toReaction(emoji: string, messageId: string | undefined): OutboundPart {
  const about = messageId === undefined ? {} : { messageId };
  return { v: 1, text: '', payload: { v: 1, act: 'react', emoji, ...about }, act: 'react' };
}

/** One reaction of an account stands under a message. */
export const whatsappReactions: ReactionCapability = {
  replaces: true,
  mark: (messageId, emoji) =>
    /^\p{Extended_Pictographic}\S*$/u.test(emoji) ? toReaction(emoji, messageId) : undefined,
  unmark: (messageId) => toReaction('', messageId),
};

const Reaction = z.object({
  act: z.literal('react'),
  emoji: z.string(),
  messageId: z.string().optional(),
});

/** A row that is a reaction, and the message it is about; undefined where it is a message. */
export function findReaction({
  part,
  receipt,
}: SendRequest): { readonly emoji: string; readonly messageId: string | undefined } | undefined {
  const parsed = Reaction.safeParse(part.payload);
  if (!parsed.success) return undefined;
  const { emoji, messageId } = parsed.data;
  return { emoji, messageId: receipt?.messageId ?? messageId };
}

export function noSubject(): CuttleError {
  return new CuttleError('channel.invalid', 'The message that this is about is not there.');
}
