import { isCuttleError } from '@cuttle/core-types/errors';
import { z } from 'zod';
import type { SlackApi } from './api.ts';
import { Ts } from './target.ts';

/** Where something was heard: a channel, or a thread of it. */
export interface HeardPlace {
  readonly channel: string;
  readonly thread: string | undefined;
}

/** Pages of a place at most: what is older than its newest thousand is not gone into. */
const maxPages = 5;
const pageSize = 200;

const WirePage = z.looseObject({
  messages: z.array(z.looseObject({ ts: Ts })),
  response_metadata: z.looseObject({ next_cursor: z.string().nullish() }).nullish(),
});
type Said = z.output<typeof WirePage>['messages'][number];

/**
 * What was said in a place after a time, the oldest first. A place that is gone or shut says nothing.
 * https://docs.slack.dev/reference/methods/conversations.history · https://docs.slack.dev/reference/methods/conversations.replies
 */
export async function readSince(
  call: SlackApi['call'],
  { channel, thread, since }: HeardPlace & { readonly since: string },
  signal: AbortSignal,
): Promise<readonly Said[]> {
  const method = thread === undefined ? 'conversations.history' : 'conversations.replies';
  const args = {
    channel,
    ...(thread !== undefined && { ts: thread }),
    oldest: since,
    limit: pageSize,
  };
  const found: Said[] = [];
  let cursor = '';
  try {
    for (let page = 0; page < maxPages; page += 1) {
      const more = cursor === '' ? {} : { cursor };
      const read = WirePage.parse(await call(method, { ...args, ...more }, signal));
      found.push(...read.messages);
      cursor = read.response_metadata?.next_cursor ?? '';
      if (cursor === '') break;
    }
  } catch (error) {
    if (!isCuttleError(error, 'channel.blocked', 'channel.invalid')) throw error;
  }
  // The first message of a thread comes with its replies, however old it is.
  return found
    .filter(({ ts }) => toMicros(ts) > toMicros(since))
    .toSorted((a, b) => (toMicros(a.ts) < toMicros(b.ts) ? -1 : 1));
}

/** A time of Slack's as a number that can be compared. */
export function toMicros(ts: string): bigint {
  return BigInt(ts.replace('.', ''));
}
