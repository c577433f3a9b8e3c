import { CuttleError } from '@cuttle/core-types/errors';
import { z } from 'zod';
import { isSnowflake } from './snowflake.ts';

/** Where a message goes, as stored with a conversation: a channel (a thread is one, a private one too), or a person. */
export const DiscordTarget = z.union([
  z.object({ channelId: z.string() }),
  z.object({ userId: z.string() }),
]);
export type DiscordTarget = z.infer<typeof DiscordTarget>;

/**
 * A person's word for a place: `123` (a private channel), `#123` or `<#123>` (a guild's channel), `123:456` (a thread of a
 * channel), `@123` or `<@123>` (a person).
 */
export function parseAddress(
  to: string,
): { readonly key: string; readonly target: DiscordTarget; readonly group: boolean } | undefined {
  const text = to.trim().replace(/^<([#@])!?(\d+)>$/, '$1$2');
  const [, mark = '', id = '', threadId] = /^([#@]?)(\d+)(?::(\d+))?$/.exec(text) ?? [];
  if (!isSnowflake(id) || (threadId !== undefined && !isSnowflake(threadId))) return undefined;
  if (mark === '@')
    return threadId === undefined
      ? { key: `@${id}`, target: { userId: id }, group: false }
      : undefined;
  if (threadId === undefined) return { key: id, target: { channelId: id }, group: mark === '#' };
  return { key: `${id}:${threadId}`, target: { channelId: threadId }, group: true };
}

/** A stored address → ours. Throws `channel.invalid` where there is none, as for an event that could not be read. */
export function parseTarget(target: unknown): DiscordTarget {
  const parsed = DiscordTarget.safeParse(target);
  if (parsed.success) return parsed.data;
  throw new CuttleError('channel.invalid', 'This conversation has no address on Discord.', {
    cause: parsed.error,
  });
}
