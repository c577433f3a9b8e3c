import { CuttleError } from '@cuttle/core-types/errors';
import type {
  Channel,
  Delivery,
  DeliveryClaim,
  DeliveryOutcome,
  Journal,
  OutboundPart,
  Reader,
  SendRequest,
  Store,
} from '@cuttle/core-types/ports';
import { type ManualClock, manualClock, sequentialIds } from '@cuttle/testkit';
import { describe, expect, it } from 'vitest';
import { createDispatcher, type Dispatcher } from './dispatcher.ts';
import type { ChannelAccount } from './kernel.ts';
import type { RuntimeSettings } from './settings.ts';
import { accountOver } from './testing/account-over.ts';
import { standIn } from './testing/stand-in.ts';

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

describe('a platform that asks for a pause', () => {
  const row = (outboundId: string, conversation = conversationId): Delivery => ({
    ...bubble,
    outboundId,
    conversationId: conversation,
    kind: 'send',
  });
  const limited = (scope?: string): CuttleError =>
    new CuttleError('channel.rate-limited', 'Wait.', { retryAfterMs: 9000, details: { scope } });

  it('holds up one conversation alone where it says so', async () => {
    const lane = openLane([row('a'), row('b', 'conversation-2')]);
    lane.failNext(limited('conversation'));
    lane.dispatcher.wake(conversationId);
    await lane.settled(1);
    lane.dispatcher.wake('conversation-2');
    await lane.settled(2);

    expect(lane.outcomes).toEqual([
      expect.objectContaining({ kind: 'retry', uncounted: true }),
      { kind: 'sent', receipt: { messageId: '1' } },
    ]);
    await lane.dispatcher.stop();
  });

  it('holds up the whole account where it does not', async () => {
    const lane = openLane([row('a'), row('b', 'conversation-2')]);
    lane.failNext(limited());
    lane.dispatcher.wake(conversationId);
    await lane.settled(1);
    lane.dispatcher.wake('conversation-2');
    await lane.settled(2);

    expect(lane.outcomes.map(({ kind }) => kind)).toEqual(['retry', 'retry']);
    expect(await lane.sent(1)).toHaveLength(1);
    await lane.dispatcher.stop();
  });

  it('is not made to, since what one conversation may have is counted, an earlier life included', async () => {
    const lane = openLane(
      ['a', 'b', 'c'].map((id) => row(id)),
      { perConversation: { count: 3, windowMs: 5000 }, earlier: 1 },
    );
    await lane.dispatcher.recall();
    lane.dispatcher.wake(conversationId);
    await lane.clock.untilSleeping(1, AbortSignal.timeout(10_000));

    expect(lane.outcomes.map(({ kind }) => kind)).toEqual(['sent', 'sent']);
    await lane.clock.advance(5000);
    await lane.settled(3);
    expect(lane.outcomes.map(({ kind }) => kind)).toEqual(['sent', 'sent', 'sent']);
    await lane.dispatcher.stop();
  });
});

it('begins no call that would be given up at once, since the process stood still behind the claim', async () => {
  const lane = openLane([{ ...bubble, kind: 'send' }], { stalls: 2 });
  lane.dispatcher.wake(conversationId);
  await lane.settled(3);
  const handedBack = { kind: 'retry', uncounted: true, reason: 'channel.unavailable' };
  expect(lane.outcomes).toMatchObject([handedBack, handedBack, { kind: 'sent' }]);
  expect(await lane.sent(1)).toHaveLength(1);
  await lane.dispatcher.stop();
});

describe('conversations that wait for their turn', () => {
  it('claim a row only when it may go out, so that a kill leaves no send behind that was none', async () => {
    const places = Array.from({ length: 40 }, (_, index) => `conversation-${index}`);
    const rows = places.flatMap((place) =>
      ['a', 'b'].map((id) => ({
        ...bubble,
        outboundId: `${place}-${id}`,
        conversationId: place,
        kind: 'send' as const,
      })),
    );
    const lane = openLane(rows);
    for (const place of places) lane.dispatcher.wake(place);
    await rounds(600);
    // Of its first row no conversation knows before what it counts against.
    const refused = (): number => lane.outcomes.filter(({ kind }) => kind === 'retry').length;
    const atFirst = refused();
    for (let second = 0; second < 2; second += 1) {
      await lane.clock.advance(1000);
      await rounds(600);
    }

    expect(refused()).toBe(atFirst);
    expect(await lane.sent(0)).toHaveLength(80);
    await lane.dispatcher.stop();
  });

  it('go on where their account is connected while a row is handed back', async () => {
    const row = { ...bubble, kind: 'send' } as const;
    const lane = openLane([row, row], { isConnected: false });
    lane.dispatcher.wake(conversationId);
    await lane.settled(1);

    expect(await lane.sent(1)).toHaveLength(1);
    await lane.settled(2);
    expect(lane.outcomes).toMatchObject([{ reason: 'channel.not-found' }, { kind: 'sent' }]);
    await lane.dispatcher.stop();
  });
});

describe('a delivery that fails for a reason of its own', () => {
  it('is given up after five tries, and its person told', async () => {
    const edit = (id: string, attempt: number): Delivery => ({
      ...bubble,
      outboundId: id,
      kind: 'edit',
      receipt: { messageId: '1' },
      attempt,
    });
    const lane = openLane([edit('a', 4), edit('b', 5)]);
    for (let twice = 0; twice < 2; twice += 1)
      lane.failNext(new CuttleError('internal', 'It cannot be written.'));
    lane.dispatcher.wake(conversationId);
    await lane.settled(2);

    expect(lane.outcomes).toMatchObject([
      { kind: 'retry', reason: 'internal' },
      {
        kind: 'dead',
        notice: [{ origin: 'gave-up:b', body: { text: expect.stringContaining('internal') } }],
      },
    ]);
    await lane.dispatcher.stop();
  });
});

const bubble: Delivery = {
  outboundId: 'bubble-1',
  conversationId,
  accountId: 'account-1',
  conversationKey: '42',
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

const timing = { deadlineMs: 1000, marginMs: 100, ttlMs: 60_000 };

interface Lane {
  readonly dispatcher: Dispatcher;
  readonly clock: ManualClock;
  readonly outcomes: readonly DeliveryOutcome[];
  claims(): number;
  /** The next platform call fails so. */
  failNext(error: CuttleError): void;
  /** Resolves when so many rows were settled. */
  settled(count: number): Promise<void>;
  /** Resolves when so many platform calls were made. */
  sent(count: number): Promise<readonly SendRequest[]>;
}

/** Rounds of the loop, each of which ends the commits that are under way. */
async function rounds(count: number): Promise<void> {
  for (let round = 0; round < count; round += 1) await new Promise(setImmediate);
}

/** A dispatcher over the conversations of `rows`, each claimed in order, and again where it was handed back. */
function openLane(
  rows: readonly Delivery[],
  {
    perConversation,
    earlier = 0,
    isConnected = true,
    stalls = 0,
  }: {
    readonly perConversation?: Channel['limits']['perConversation'];
    /** Calls into the first conversation by an earlier life, just now. */
    readonly earlier?: number;
    /** Else the account is connected while the first row is settled. */
    readonly isConnected?: boolean;
    /** Behind so many claims the process stands still until just before their deadline. */
    readonly stalls?: number;
  } = {},
): Lane {
  const clock = manualClock();
  const failures: CuttleError[] = [];
  const left = [...rows];
  const outcomes: DeliveryOutcome[] = [];
  const requests: SendRequest[] = [];
  let claims = 0;
  let changed = Promise.withResolvers<void>();
  const journal = standIn<Journal>({
    async claimDelivery({ conversationId: of }): Promise<DeliveryClaim> {
      claims += 1;
      const at = left.findIndex((delivery) => delivery.conversationId === of);
      const [delivery] = at < 0 ? [] : left.splice(at, 1);
      // A commit takes its time.
      await rounds(20);
      const deadline = clock.now() + (claims > stalls ? timing.deadlineMs : 99);
      return delivery ? { kind: 'send', delivery: { ...delivery, deadline } } : { kind: 'idle' };
    },
    async settleDelivery({ outboundId, outcome }) {
      outcomes.push(outcome);
      const delivery = rows.find((row) => row.outboundId === outboundId);
      if (outcome.kind === 'retry' && outcome.uncounted && delivery) left.unshift(delivery);
      if (!accounts.has(account.accountId)) connect();
      changed.resolve();
      changed = Promise.withResolvers();
    },
  });
  const reader = standIn<Reader>({
    async listRecentCalls() {
      const call = { accountId: 'account-1', conversationId, at: clock.now() };
      return Array.from({ length: earlier }, () => call);
    },
  });
  const channel = standIn<Channel>({
    id: 'test',
    limits: {
      maxTextLength: 4096,
      perSecond: 30,
      perMinuteInGroup: 20,
      editIntervalMs: 1000,
      perConversation,
    },
    ambiguity: 'at-most-once',
    render: ({ text }: { readonly text: string }) => [part(text)],
    async send(request: SendRequest) {
      requests.push(request);
      changed.resolve();
      changed = Promise.withResolvers();
      const failure = failures.shift();
      if (failure) throw failure;
      return { messageId: '1' };
    },
  });
  const account = accountOver(channel);
  const accounts = new Map<string, ChannelAccount>();
  const connect = (): void => {
    accounts.set(account.accountId, account);
    dispatcher.accountReady(account.accountId);
  };
  const dispatcher = createDispatcher({
    store: standIn<Store>({ journal, reader }),
    clock,
    newId: sequentialIds(),
    random: () => 0.5,
    log: { debug() {}, info() {}, warn() {}, error() {} },
    settings: () =>
      standIn<RuntimeSettings>({ delivery: standIn<RuntimeSettings['delivery']>(timing) }),
    accounts,
    point() {},
  });
  if (isConnected) connect();
  return {
    dispatcher,
    clock,
    outcomes,
    claims: () => claims,
    failNext: (error) => void failures.push(error),
    async settled(count) {
      while (outcomes.length < count) await changed.promise;
    },
    async sent(count) {
      while (requests.length < count) await changed.promise;
      return requests;
    },
  };
}
