import { CuttleError } from '@cuttle/core-types/errors';
import { defineAction, type OutboundPart, type ReactionCapability } from '@cuttle/core-types/ports';
import { z } from 'zod';
import { oneMessage } from '../one-message.ts';
import { defineOwnMessageActions } from '../own-message-actions.ts';
import { toEmojiName } from './emoji-name.ts';
import { encodeAnswer, encodeCard, toOnePerson } from './encode.ts';

const text = z.string().min(1).max(2900).describe('The message, in Markdown.');

/** Block Kit without what can be pressed: a value of a button would be heard as a command. https://docs.slack.dev/reference/block-kit/blocks */
const Block = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('header'), text: z.string().min(1).max(150) }),
  z.strictObject({
    type: z.literal('section'),
    text: z.string().min(1).max(2900),
    fields: z.array(z.string().min(1).max(2000)).min(1).max(10).optional(),
  }),
  z.strictObject({
    type: z.literal('context'),
    texts: z.array(z.string().min(1).max(2000)).min(1).max(10),
  }),
  z.strictObject({
    type: z.literal('image'),
    url: z.url({ protocol: /^https?$/ }).max(3000),
    alt: z.string().min(1).max(2000),
  }),
  z.strictObject({ type: z.literal('divider') }),
]);
export type CardBlock = z.infer<typeof Block>;

/** What a Slack app can do in a channel. https://docs.slack.dev/reference/methods */
export const slackActions = [
  defineAction({
    name: 'reaction',
    description: 'Reacts to a message of this Slack channel with an emoji, or takes that back.',
    input: z.strictObject({
      emoji: z.string().min(1).max(100).describe('Its name on Slack, such as "eyes" or "+1".'),
      remove: z.boolean().default(false).describe('Whether to take your reaction back.'),
    }),
    subject: 'any',
    kind: 'edit',
    risk: 'write',
    render({ emoji, remove }, { messageId }) {
      const name = toEmojiName(emoji);
      if (name !== undefined) return toReaction({ name, remove, messageId });
      throw new CuttleError('tool.failed', `"${emoji}" is no emoji by its name on Slack.`, {
        hint: 'Give a name such as eyes, +1, tada or white_check_mark.',
      });
    },
  }),
  ...defineOwnMessageActions({
    place: 'Slack channel',
    editName: 'update',
    text: text,
    render: encodeAnswer,
  }),
  defineAction({
    name: 'blocks',
    description:
      'Sends a message made of blocks to this Slack channel: headers, sections, context, pictures, dividers. Texts are mrkdwn.',
    input: z.strictObject({
      text: z.string().min(1).max(2900).describe('What a notification says of it.'),
      blocks: z.array(Block).min(1).max(50).describe('The blocks, from top to bottom.'),
    }),
    subject: 'none',
    kind: 'send',
    risk: 'send',
    render: ({ text: words, blocks }) => encodeCard(words, blocks),
  }),
  defineAction({
    name: 'ephemeral',
    description:
      'Says something in this Slack channel that only the person you answer sees, and only until they reload.',
    input: z.strictObject({ text }),
    subject: 'none',
    kind: 'send',
    risk: 'send',
    render({ text: words }, { senderId }) {
      if (senderId === undefined)
        throw new CuttleError('tool.failed', 'There is nobody here who could be told alone.');
      return oneMessage(encodeAnswer, toOnePerson(words, senderId));
    },
  }),
] as const;

function toReaction({
  name,
  remove,
  messageId,
}: {
  readonly name: string;
  readonly remove: boolean;
  readonly messageId: string | undefined;
}): OutboundPart {
  const about = messageId === undefined ? {} : { messageId };
  return { v: 1, text: '', payload: { v: 1, act: 'react', name, remove, ...about }, act: 'react' };
}

/** Each emoji is a reaction of its own. */
export const slackReactions: ReactionCapability = {
  replaces: false,
  mark: (messageId, emoji) => toMark(messageId, emoji, false),
  unmark: (messageId, emoji) => toMark(messageId, emoji, true),
};

function toMark(messageId: string, emoji: string, remove: boolean): OutboundPart | undefined {
  const name = toEmojiName(emoji);
  return name === undefined ? undefined : toReaction({ name, remove, messageId });
}
