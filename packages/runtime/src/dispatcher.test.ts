import type {
  Channel,
  Delivery,
  DeliveryClaim,
  DeliveryOutcome,
  Journal,
  OutboundPart,
  SendRequest,
  Store,
} from '@cuttle/core-types/ports';
import { manualClock, sequentialIds } from '@cuttle/testkit';
import { describe, expect, it } from 'vitest';
import { createDispatcher, type Dispatcher } from './dispatcher.ts';
import type { ChannelAccount } from './kernel.ts';
import type { RuntimeSettings } from './settings.ts';

const conversationId = 'conversation-1';
const part = (text: string): OutboundPart => ({ v: 1, text, payload: null });

describe('a preview of a growing answer', () => {
  it('is rendered when it is shown, not for every word, and asks the store no more often', async () => {
    const lane = openLane([bubble]);
    lane.dispatcher.wake(conversationId);
    await lane.sent(1);
    const rendered: string[] = [];
    const claims = lane.claims();
    for (let words = 1; words <= 500; words += 1)
      lane.dispatcher.showLive({
        conversationId,
        bubbleId: bubble.outboundId,
        preview() {
          rendered.push(`${words} words`);
          return part(`${words} words`);
        },
      });

    await lane.sent(2);

    expect(rendered).toEqual(['500 words']);
    expect(lane.claims() - claims).toBeLessThan(10);
    await lane.dispatcher.stop();
  });
});

const bubble: Delivery = {
  outboundId: 'bubble-1',
  conversationId,
  accountId: 'account-1',
  target: null,
  group: false,
  kind: 'open',
  body: part('…'),
  receipt: undefined,
  idempotencyKey: 'bubble-1',
  attempt: 1,
  createdAt: 0,
  marked: false,
  fence: 'fence',
  deadline: Date.UTC(2026, 0, 1) + 1000,
  origin: 'run-1:final',
};

interface Lane {
  readonly dispatcher: Dispatcher;
  readonly outcomes: readonly DeliveryOutcome[];
  claims(): number;
  /** Resolves when so many platform calls were made. */
  sent(count: number): Promise<readonly SendRequest[]>;
}

/** A dispatcher over one conversation whose rows are `rows`, in order, each claimed once. */
function openLane(rows: readonly Delivery[]): Lane {
  const left = [...rows];
  const outcomes: DeliveryOutcome[] = [];
  const requests: SendRequest[] = [];
  let claims = 0;
  let changed = Promise.withResolvers<void>();
  const journal: Pick<Journal, 'claimDelivery' | 'settleDelivery'> = {
    async claimDelivery(): Promise<DeliveryClaim> {
      claims += 1;
      const delivery = left.shift();
      return delivery ? { kind: 'send', delivery } : { kind: 'idle' };
    },
    async settleDelivery({ outcome }) {
      outcomes.push(outcome);
    },
  };
  const channel = {
    id: 'test',
    limits: { maxTextLength: 4096, perSecond: 30, perMinuteInGroup: 20, editIntervalMs: 1000 },
    ambiguity: 'at-most-once',
    async send(request: SendRequest) {
      requests.push(request);
      changed.resolve();
      changed = Promise.withResolvers();
      return { messageId: '1' };
    },
  } satisfies Partial<Channel>;
  const account = { accountId: 'account-1', name: 'main', channel: channel as unknown as Channel };
  const dispatcher = createDispatcher({
    store: { journal } as unknown as Store,
    clock: manualClock(),
    newId: sequentialIds(),
    random: () => 0.5,
    log: { debug() {}, info() {}, warn() {}, error() {} },
    settings: () =>
      ({ delivery: { deadlineMs: 1000, marginMs: 100 } }) as unknown as RuntimeSettings,
    accounts: new Map([['account-1', account as unknown as ChannelAccount]]),
    point() {},
  });
  return {
    dispatcher,
    outcomes,
    claims: () => claims,
    async sent(count) {
      while (requests.length < count) await changed.promise;
      return requests;
    },
  };
}
