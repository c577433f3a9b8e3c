import {
  type Answer,
  type ChannelAction,
  defineAction,
  type OutboundPart,
} from '@cuttle/core-types/ports';
import { z } from 'zod';
import { oneMessage } from './one-message.ts';

export interface OwnMessages {
  /** What the platform calls the place: "Telegram chat". */
  readonly place: string;
  /** What the platform calls a change of words. */
  readonly editName: string;
  readonly text: z.ZodType<string>;
  render(answer: Answer): readonly OutboundPart[];
}

/** What can become of a message that the account sent: other words, or none. */
export function defineOwnMessageActions({
  place,
  editName,
  text,
  render,
}: OwnMessages): readonly ChannelAction[] {
  return [
    defineAction({
      name: editName,
      description: `Replaces the text of one of your own messages in this ${place}.`,
      input: z.strictObject({ text }),
      subject: 'own',
      kind: 'edit',
      risk: 'send',
      render: (input) => oneMessage(render, input),
    }),
    defineAction({
      name: 'delete',
      description: `Deletes one of your own messages in this ${place}.`,
      input: z.strictObject({}),
      subject: 'own',
      kind: 'delete',
      risk: 'write',
      render: () => ({ v: 1, text: '', payload: null }),
    }),
  ];
}
