import { z } from 'zod';
import { defineOwnMessageActions } from '../own-message-actions.ts';
import { whatsappReact } from '../whatsapp-reactions.ts';
import { encodeAnswer } from './encode.ts';

/** What a linked device of WhatsApp can do in a chat. */
export const whatsappWebActions = [
  whatsappReact,
  ...defineOwnMessageActions({
    place: 'WhatsApp chat',
    editName: 'edit',
    text: z.string().min(1).max(4000).describe('The message, in Markdown.'),
    render: encodeAnswer,
  }),
] as const;
