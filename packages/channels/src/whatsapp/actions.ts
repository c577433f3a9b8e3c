import { sayToken } from '@cuttle/core-types';
import { defineAction } from '@cuttle/core-types/ports';
import { z } from 'zod';
import { oneMessage } from '../one-message.ts';
import { whatsappReact } from '../whatsapp-reactions.ts';
import { encodeAnswer } from './encode.ts';

const choice = (most: number) =>
  z.strictObject({
    label: z.string().trim().min(1).max(most).describe('What stands on it.'),
    data: z
      .string()
      .trim()
      .min(1)
      .max(190)
      .optional()
      .describe('What is said when it is chosen; the label without it.'),
  });

/** What a number on the Cloud API can do in a chat. https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages */
export const whatsappActions = [
  whatsappReact,
  defineAction({
    name: 'buttons',
    description:
      'Sends a message with up to three buttons to this WhatsApp chat. A press comes back as a message.',
    input: z.strictObject({
      text: z.string().min(1).max(1000).describe('The message, in Markdown.'),
      buttons: z.array(choice(20)).min(1).max(3).describe('The buttons.'),
    }),
    subject: 'none',
    kind: 'send',
    risk: 'send',
    render: ({ text, buttons }) =>
      oneMessage(encodeAnswer, { text, buttons: [buttons.map(toButton)] }),
  }),
  defineAction({
    name: 'list',
    description:
      'Sends a message with a list of up to ten choices to this WhatsApp chat. A choice comes back as a message.',
    input: z.strictObject({
      text: z.string().min(1).max(4000).describe('The message, in Markdown.'),
      choices: z.array(choice(72)).min(1).max(10).describe('The choices.'),
    }),
    subject: 'none',
    kind: 'send',
    risk: 'send',
    render: ({ text, choices }) =>
      oneMessage(encodeAnswer, { text, buttons: [choices.map(toButton)] }),
  }),
] as const;

function toButton({
  label,
  data = label,
}: {
  readonly label: string;
  readonly data?: string | undefined;
}) {
  return { label, token: sayToken(data) };
}
