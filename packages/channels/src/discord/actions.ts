import { CuttleError } from '@cuttle/core-types/errors';
import {
  type ActionContext,
  defineAction,
  type OutboundPart,
  type ReactionCapability,
} from '@cuttle/core-types/ports';
import { z } from 'zod';
import { oneMessage } from '../one-message.ts';
import { defineOwnMessageActions } from '../own-message-actions.ts';
import type { DiscordAct } from './encode-act.ts';
import { encodeAnswer, encodeEmbed } from './encode.ts';
import { askToken, maxQuestion } from './form.ts';

const text = z.string().min(1).max(2000).describe('The message, in Markdown.');
const hexColour = z.string().regex(/^#[\da-f]{6}$/i);

/** What a Discord bot can do in a channel. https://discord.com/developers/docs/resources/message */
export const discordActions = [
  defineAction({
    name: 'react',
    description: 'Reacts to a message of this Discord channel with an emoji, or takes that back.',
    input: z.strictObject({
      emoji: z
        .string()
        .min(1)
        .max(100)
        .describe('A Unicode emoji, or `name:id` of one that the server made.'),
      remove: z.boolean().default(false).describe('Whether to take your reaction back.'),
    }),
    subject: 'any',
    kind: 'edit',
    risk: 'write',
    render: ({ emoji, remove }, about) =>
      toPart({ act: 'react', emoji: parseEmoji(emoji), remove }, about),
  }),
  ...defineOwnMessageActions({
    place: 'Discord channel',
    editName: 'edit',
    text: text,
    render: encodeAnswer,
  }),
  defineAction({
    name: 'pin',
    description: 'Pins a message of this Discord channel.',
    input: z.strictObject({}),
    subject: 'any',
    kind: 'edit',
    risk: 'write',
    render: (_input, about) => toPart({ act: 'pin' }, about),
  }),
  defineAction({
    name: 'unpin',
    description: 'Takes down a pinned message of this Discord channel.',
    input: z.strictObject({}),
    subject: 'any',
    kind: 'edit',
    risk: 'write',
    render: (_input, about) => toPart({ act: 'unpin' }, about),
  }),
  defineAction({
    name: 'thread',
    description:
      'Begins a thread under a message of this Discord channel. People go on there; you stay here.',
    input: z.strictObject({
      name: z.string().trim().min(1).max(100).describe('What it is called.'),
    }),
    subject: 'any',
    kind: 'edit',
    risk: 'send',
    render: ({ name }, about) => toPart({ act: 'thread', name }, about),
  }),
  defineAction({
    name: 'ask',
    description:
      'Sends a message with a button to this Discord channel that opens a form for words. They come back as a message.',
    input: z.strictObject({
      text,
      question: z
        .string()
        .trim()
        .min(1)
        .max(maxQuestion)
        .describe('What the form asks for, short.'),
      button: z.string().trim().min(1).max(80).default('Answer').describe('What stands on it.'),
    }),
    subject: 'none',
    kind: 'send',
    risk: 'send',
    render: ({ text: words, question, button }) =>
      oneMessage(encodeAnswer, {
        text: words,
        buttons: [[{ label: button, token: askToken(question) }]],
      }),
  }),
  defineAction({
    name: 'embed',
    description: 'Sends a card to this Discord channel: a title, text, fields, a picture.',
    input: z.strictObject({
      title: z.string().max(256).default('').describe('Above all.'),
      description: z.string().max(4096).default('').describe('The text, in Markdown.'),
      url: z
        .url({ protocol: /^https?$/ })
        .optional()
        .describe('Where the title leads.'),
      colour: hexColour.optional().describe('Of its edge, such as "#5865F2".'),
      fields: z
        .array(
          z.strictObject({
            name: z.string().min(1).max(256),
            value: z.string().min(1).max(1024),
            inline: z.boolean().default(false),
          }),
        )
        .max(25)
        .default([])
        .describe('Names with values, next to each other where `inline`.'),
      image: z
        .url({ protocol: /^https?$/ })
        .optional()
        .describe('Address of a picture.'),
      footer: z.string().max(2048).default('').describe('Below all, small.'),
    }),
    subject: 'none',
    kind: 'send',
    risk: 'send',
    render: encodeEmbed,
  }),
] as const;

/** Each emoji is a reaction of its own. */
export const discordReactions: ReactionCapability = {
  replaces: false,
  mark: (messageId, emoji) => toReaction(messageId, emoji, false),
  unmark: (messageId, emoji) => toReaction(messageId, emoji, true),
};

function toReaction(messageId: string, given: string, remove: boolean): OutboundPart | undefined {
  const emoji = readEmoji(given);
  return emoji === undefined ? undefined : toPart({ act: 'react', emoji, remove }, { messageId });
}

function toPart(act: DiscordAct, { messageId }: ActionContext): OutboundPart {
  const about = messageId === undefined ? {} : { messageId };
  return { v: 1, text: '', payload: { v: 1, ...act, ...about }, act: act.act };
}

function parseEmoji(given: string): string {
  const emoji = readEmoji(given);
  if (emoji !== undefined) return emoji;
  throw new CuttleError('tool.failed', `"${given}" is no emoji that Discord takes.`, {
    hint: 'Give one Unicode emoji, or `name:id` of one that the server made.',
  });
}

function readEmoji(given: string): string | undefined {
  const emoji = given.trim().replace(/^<a?:(\w{2,32}:\d{1,20})>$/, '$1');
  if (/^(?:\p{Extended_Pictographic}|\p{Regional_Indicator}|[\d#*]\uFE0F?\u20E3)/u.test(emoji))
    return emoji;
  if (/^\w{2,32}:\d{1,20}$/.test(emoji)) return emoji;
  return undefined;
}
