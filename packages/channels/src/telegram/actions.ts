import { CuttleError } from '@cuttle/core-types/errors';
import {
  type ActionContext,
  defineAction,
  type OutboundPart,
  type ReactionCapability,
} from '@cuttle/core-types/ports';
import { z } from 'zod';
import { ButtonRows, toButtons } from '../buttons-input.ts';
import { oneMessage } from '../one-message.ts';
import { defineOwnMessageActions } from '../own-message-actions.ts';
import type { TelegramAct } from './encode-act.ts';
import { encodeAnswer } from './encode.ts';
import { toReactionEmoji } from './reaction-emoji.ts';

const text = z.string().min(1).max(4000).describe('The message, in Markdown.');
const caption = z.string().max(900).default('').describe('Words under it, in Markdown.');

/** What a Telegram bot can do in a chat. https://core.telegram.org/bots/api#available-methods */
export const telegramActions = [
  ...defineOwnMessageActions({
    place: 'Telegram chat',
    editName: 'edit',
    text: text,
    render: encodeAnswer,
  }),
  defineAction({
    name: 'pin',
    description: 'Pins a message at the top of this Telegram chat.',
    input: z.strictObject({
      silent: z.boolean().default(true).describe('Whether nobody is notified.'),
    }),
    subject: 'any',
    kind: 'edit',
    risk: 'write',
    render: ({ silent }, about) => toPart({ act: 'pin', silent }, about),
  }),
  defineAction({
    name: 'unpin',
    description: 'Takes a pinned message down from the top of this Telegram chat.',
    input: z.strictObject({}),
    subject: 'any',
    kind: 'edit',
    risk: 'write',
    render: (_input, about) => toPart({ act: 'unpin' }, about),
  }),
  defineAction({
    name: 'react',
    description: 'Reacts to a message of this Telegram chat with one emoji, or takes that back.',
    input: z.strictObject({
      emoji: z
        .string()
        .max(16)
        .describe('One that Telegram has, such as 👍 ❤ 🔥 🎉 👀 🙏; empty: takes yours back.'),
    }),
    subject: 'any',
    kind: 'edit',
    risk: 'write',
    render: ({ emoji }, about) => toPart({ act: 'react', emoji: parseEmoji(emoji) }, about),
  }),
  defineAction({
    name: 'reply_markup',
    description:
      'Sends a message with buttons to this Telegram chat. A press comes back as a message.',
    input: z.strictObject({ text, buttons: ButtonRows }),
    subject: 'none',
    kind: 'send',
    risk: 'send',
    render: ({ text: words, buttons }) =>
      oneMessage(encodeAnswer, { text: words, buttons: toButtons(buttons) }),
  }),
  defineAction({
    name: 'send_photo',
    description: 'Sends a picture of the workspace to this Telegram chat.',
    input: z.strictObject({ caption }),
    subject: 'none',
    kind: 'send',
    risk: 'send',
    takesFile: true,
    render: ({ caption: words }, about) => toFile(words, about, 'shown'),
  }),
  defineAction({
    name: 'send_document',
    description: 'Sends a file of the workspace to this Telegram chat as it is, pictures too.',
    input: z.strictObject({ caption }),
    subject: 'none',
    kind: 'send',
    risk: 'send',
    takesFile: true,
    render: ({ caption: words }, about) => toFile(words, about, 'document'),
  }),
] as const;

/** One reaction of a bot stands under a message. */
export const telegramReactions: ReactionCapability = {
  replaces: true,
  mark(messageId, emoji) {
    const known = toReactionEmoji(emoji);
    return known === undefined ? undefined : toPart({ act: 'react', emoji: known }, { messageId });
  },
  unmark: (messageId) => toPart({ act: 'react', emoji: '' }, { messageId }),
};

function toPart(act: TelegramAct, { messageId }: ActionContext): OutboundPart {
  const about = messageId === undefined ? {} : { messageId };
  return { v: 1, text: '', payload: { v: 1, ...act, ...about }, act: act.act };
}

function parseEmoji(given: string): string {
  if (given.trim() === '') return '';
  const emoji = toReactionEmoji(given);
  if (emoji !== undefined) return emoji;
  throw new CuttleError('tool.failed', `Telegram has no reaction ${given}.`, {
    hint: 'Take one such as 👍 ❤ 🔥 🎉 😁 🤔 👀 🙏.',
  });
}

function toFile(words: string, { file }: ActionContext, as: 'shown' | 'document'): OutboundPart {
  if (!file) throw new CuttleError('tool.failed', 'There is no file.');
  const mimeType = as === 'shown' ? file.mimeType : 'application/octet-stream';
  return oneMessage(encodeAnswer, { text: words, files: [{ ...file, mimeType }] });
}
