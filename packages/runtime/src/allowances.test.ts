import type { Limits, OutboundPart } from '@cuttle/core-types/ports';
import { describe, expect, it } from 'vitest';
import { allowancesOf } from './allowances.ts';

const limits: Limits = {
  maxTextLength: 4096,
  perSecond: 30,
  perMinuteInGroup: 20,
  perConversation: { count: 5, windowMs: 5000 },
  editIntervalMs: 1000,
};
const message: OutboundPart = { v: 1, text: 'Good morning', payload: {} };
const reaction: OutboundPart = { v: 1, text: '👀', payload: {}, act: 'react' };

function countsOf(body: OutboundPart, more: Partial<Limits> = {}): Record<string, number> {
  const account = { channel: { limits: { ...limits, ...more } }, limits: {} };
  const place = { accountId: 'a', conversationId: 'c', group: true };
  const allowances = allowancesOf(account, { ...place, body });
  return Object.fromEntries(allowances.map(({ key, count }) => [key, count]));
}

describe('what a call counts against', () => {
  it('is everything, for a message', () => {
    expect(countsOf(message)).toEqual({ 'account:a': 30, 'conversation:c': 5, 'group:c': 20 });
  });

  it('is the account alone, for an action, whose conversation may have been paused all the same', () => {
    expect(countsOf(reaction)).toEqual({ 'account:a': 30, 'conversation:c': Infinity });
  });

  it('is everything for an action too, where the platform sends it as a message', () => {
    expect(countsOf(reaction, { countsActs: true })).toEqual(countsOf(message));
  });
});
