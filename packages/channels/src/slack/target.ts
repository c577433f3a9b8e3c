import { CuttleError } from '@cuttle/core-types/errors';
import { z } from 'zod';

/** When a message was posted, which is its id within its channel. https://docs.slack.dev/messaging/retrieving-messages#individual_messages */
export const Ts = z.string().regex(/^\d{9,11}\.\d{6}$/);

/** Where a message goes, as stored with a conversation: a channel, a private chat or a person, and a thread there. */
export const SlackTarget = z.object({
  channel: z.string().regex(/^[CDGUW][A-Z0-9]{2,20}$/),
  thread: Ts.exactOptional(),
});
export type SlackTarget = z.infer<typeof SlackTarget>;

/**
 * A person's word for a place: `D0123` (a private chat), `C0123`, `#C0123` or `<#C0123|name>` (a channel),
 * `C0123:1700000000.000100` (a thread of it), `@U0123` or `<@U0123>` (a person). Names are none: they change hands.
 */
export function parseAddress(
  to: string,
): { readonly key: string; readonly target: SlackTarget; readonly group: boolean } | undefined {
  const text = to.trim().replace(/^<([#@])(\w+)(?:\|[^<>]*)?>$/, '$1$2');
  const [, , id = '', thread] = /^([#@]?)([CDGUW][A-Z0-9]{2,20})(?::([\d.]+))?$/.exec(text) ?? [];
  const target = SlackTarget.safeParse({ channel: id, ...(thread !== undefined && { thread }) });
  if (!target.success || (isPerson(id) && thread !== undefined)) return undefined;
  const place = isPerson(id) ? `@${id}` : id;
  const key = thread === undefined ? place : `${place}:${thread}`;
  return { key, target: target.data, group: /^[CG]/.test(id) };
}

/** Of an organisation's people the ids begin with W. https://docs.slack.dev/enterprise/ */
export function isPerson(id: string): boolean {
  return /^[UW]/.test(id);
}

/** A stored address → ours. Throws `channel.invalid` where there is none, as for an event that could not be read. */
export function parseTarget(target: unknown): SlackTarget {
  const parsed = SlackTarget.safeParse(target);
  if (parsed.success) return parsed.data;
  throw new CuttleError('channel.invalid', 'This conversation has no address on Slack.', {
    cause: parsed.error,
  });
}

/** Unix ms of a message's time. */
export function timeOfTs(ts: string): number {
  return Math.floor(Number(ts) * 1000);
}

/** The time of a moment, as the beginning of a range. */
export function tsAt(ms: number): string {
  return (Math.max(0, Math.floor(ms)) / 1000).toFixed(6);
}
