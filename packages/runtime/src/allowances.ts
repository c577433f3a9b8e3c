import type { Channel, Delivery, RecentCall } from '@cuttle/core-types/ports';
import type { ChannelAccount } from './kernel.ts';
import type { Allowance, Pace } from './pace.ts';

/** Longest window of any limit that a channel declares. */
const longestWindowMs = 300_000;

/** The limits that are kept by waiting. */
export type PacedLimit = 'perSecond' | 'perMinuteInGroup' | 'perConversation';

/** What a call into a conversation counts against. */
export function allowancesOf(
  {
    channel,
    limits: granted,
  }: Pick<ChannelAccount, 'limits'> & { readonly channel: Pick<Channel, 'limits'> },
  {
    accountId,
    conversationId,
    group,
    body,
  }: Pick<Delivery, 'accountId' | 'conversationId' | 'group'> & Partial<Pick<Delivery, 'body'>>,
): readonly Allowance[] {
  const conversation = conversationKey(conversationId);
  const { limits } = channel;
  const {
    perSecond = limits.perSecond,
    perMinuteInGroup = limits.perMinuteInGroup,
    perConversation = limits.perConversation ?? unlimited,
  } = granted;
  // What only marks a message must not hold up the next answer where the platform does not count it.
  const isCounted = body?.act === undefined || limits.countsActs === true;
  return [
    { key: accountKey(accountId), count: perSecond, windowMs: 1000 },
    { key: conversation, ...(isCounted ? perConversation : unlimited) },
    ...(group && isCounted
      ? [{ key: groupKey(conversationId), count: perMinuteInGroup, windowMs: 60_000 }]
      : []),
  ];
}

/** A platform may ask for a pause all the same. */
const unlimited = { count: Infinity, windowMs: 1 } as const;

export function accountKey(accountId: string): string {
  return `account:${accountId}`;
}

export function conversationKey(conversationId: string): string {
  return `conversation:${conversationId}`;
}

function groupKey(conversationId: string): string {
  return `group:${conversationId}`;
}

/** The platforms go on counting what an earlier life sent. */
export function recallCalls(pace: Pace, calls: readonly RecentCall[]): void {
  const keyed = calls.flatMap(({ accountId, conversationId, at }) => [
    { key: accountKey(accountId), at },
    { key: conversationKey(conversationId), at },
    { key: groupKey(conversationId), at },
  ]);
  for (const [key, times] of Map.groupBy(keyed, (call) => call.key))
    pace.recall(
      key,
      times.map(({ at }) => at),
    );
}

/** From when on calls still count. */
export function countedSince(now: number): number {
  return now - longestWindowMs;
}

/** What calls into conversations counted against lately. */
export interface KnownAllowances {
  find(conversationId: string): readonly Allowance[] | undefined;
  put(conversationId: string, allowances: readonly Allowance[]): void;
}

const mostKnown = 10_000;

export function createKnownAllowances(): KnownAllowances {
  const known = new Map<string, readonly Allowance[]>();
  return {
    find: (conversationId) => known.get(conversationId),
    put(conversationId, allowances) {
      known.delete(conversationId);
      known.set(conversationId, allowances);
      const [oldest] = known.keys();
      if (known.size > mostKnown && oldest !== undefined) known.delete(oldest);
    },
  };
}
