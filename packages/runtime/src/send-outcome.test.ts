import { CuttleError } from '@cuttle/core-types/errors';
import type { Channel, Delivery } from '@cuttle/core-types/ports';
import { describe, expect, it } from 'vitest';
import { outcomeOfFailure, settlementOf } from './send-outcome.ts';
import { standIn } from './testing/stand-in.ts';

const edit: Delivery = {
  outboundId: 'final-1',
  conversationId: 'conversation-1',
  accountId: 'account-1',
  conversationKey: '42',
  target: null,
  group: false,
  kind: 'edit',
  body: { v: 1, text: 'Done.', payload: null },
  receipt: { messageId: '7' },
  idempotencyKey: 'final-1',
  attempt: 1,
  createdAt: 0,
  marked: false,
  fence: 'fence',
  deadline: 1000,
  origin: 'run-1:final',
};
/** Its bubble never came to be, so that it is sent as a message of its own. */
const { receipt: _, ...rest } = edit;
const unbound: Delivery = { ...rest, receipt: undefined };
const channelThat = (ambiguity: Channel['ambiguity']): Channel => standIn<Channel>({ ambiguity });

describe('an edit of unknown outcome', () => {
  it('is made again', () => {
    expect(settlementOf(channelThat('at-most-once'), edit)).toBe('resend');
  });

  it('is taken for the message it is where its bubble never came to be', () => {
    expect(settlementOf(channelThat('at-most-once'), unbound)).toBe('unconfirmed');
    expect(settlementOf(channelThat('resend-marked'), unbound)).toBe('resend-marked');
    expect(settlementOf(channelThat('idempotency-key'), unbound)).toBe('resend');
  });

  it('is not tried again where that could say it twice', () => {
    const error = new CuttleError('channel.unavailable', 'Cut.');
    const now = { now: 0, random: () => 0.5 };
    const of = (delivery: Delivery, ambiguity: Channel['ambiguity']): string =>
      outcomeOfFailure({ error, delivery, channel: channelThat(ambiguity) }, now).kind;
    expect(of(edit, 'at-most-once')).toBe('retry');
    expect(of(unbound, 'at-most-once')).toBe('ambiguous');
    expect(of(unbound, 'idempotency-key')).toBe('retry');
  });
});
