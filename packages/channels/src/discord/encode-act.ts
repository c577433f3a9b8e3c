import { CuttleError } from '@cuttle/core-types/errors';
import type { SendRequest } from '@cuttle/core-types/ports';
import { z } from 'zod';
import type { DiscordCall } from './api.ts';
import { isSnowflake } from './snowflake.ts';

/** What is done to a message, in place of one. */
const DiscordAct = z.discriminatedUnion('act', [
  z.object({ act: z.literal('react'), emoji: z.string(), remove: z.boolean() }),
  z.object({ act: z.literal('pin') }),
  z.object({ act: z.literal('unpin') }),
  z.object({ act: z.literal('thread'), name: z.string() }),
]);
export type DiscordAct = z.infer<typeof DiscordAct>;

const About = z.object({ messageId: z.string().optional() });

export interface ActCall {
  readonly call: DiscordCall;
  readonly messageId: string;
}

/** The call of a row that is no message; undefined where it is one. Throws `channel.invalid` where the message is missing. */
export function encodeAct(request: SendRequest, channelId: string): ActCall | undefined {
  const parsed = DiscordAct.safeParse(request.part.payload);
  if (!parsed.success) return undefined;
  const messageId = subjectOf(request);
  return { messageId, call: toCall(parsed.data, `/channels/${channelId}`, messageId) };
}

function toCall(act: DiscordAct, channel: string, messageId: string): DiscordCall {
  const message = `${channel}/messages/${messageId}`;
  switch (act.act) {
    case 'react': {
      const method = act.remove ? 'DELETE' : 'PUT';
      return { method, path: `${message}/reactions/${encodeURIComponent(act.emoji)}/@me` };
    }
    case 'pin':
      return { method: 'PUT', path: `${channel}/messages/pins/${messageId}` };
    case 'unpin':
      return { method: 'DELETE', path: `${channel}/messages/pins/${messageId}` };
    case 'thread':
      return { method: 'POST', path: `${message}/threads`, body: { name: act.name } };
  }
}

function subjectOf({ receipt, part }: SendRequest): string {
  const id = receipt?.messageId ?? About.safeParse(part.payload).data?.messageId ?? '';
  if (isSnowflake(id)) return id;
  throw new CuttleError('channel.invalid', 'The message that this is about is not there.');
}

/** https://discord.com/developers/docs/topics/opcodes-and-status-codes#json-json-error-codes */
export const threadExists = 160_004;
