import { CuttleError } from '@cuttle/core-types/errors';
import type {
  Channel,
  Delivery,
  DeliveryClaim,
  DraftCapability,
  Journal,
  OutboundPart,
  Store,
} from '@cuttle/core-types/ports';
import { type ManualClock, manualClock, sequentialIds } from '@cuttle/testkit';
import { describe, expect, it } from 'vitest';
import { createDispatcher, type Dispatcher } from './dispatcher.ts';
import type { RuntimeSettings } from './settings.ts';
import { accountOver } from './testing/account-over.ts';
import { standIn } from './testing/stand-in.ts';

const conversationId = 'conversation-1';
const soon = (): AbortSignal => AbortSignal.timeout(10_000);
const part = (text: string): OutboundPart => ({ v: 1, text, payload: null });
const draft = (text: string, runId = 'run-1') => ({
  runId,
  conversationId,
  accountId: 'account-1',
  target: { chatId: 42 },
  preview: () => part(text),
});

describe('a draft', () => {
  it('grows under one key, within the pace of edits, and is shown anew before it fades', async () => {
    const lane = openLane();
    lane.dispatcher.showDraft(draft('One'));
    await lane.seen(1);
    for (const text of ['One two', 'One two three']) lane.dispatcher.showDraft(draft(text));
    await lane.clock.untilSleeping(1, soon());
    expect(lane.log).toEqual(['run-1 One']);
    await lane.clock.advance(1000);
    await lane.seen(2);
    await lane.clock.untilSleeping(1, soon());
    await lane.clock.advance(25_000);

    expect(await lane.seen(3)).toEqual(['run-1 One', 'run-1 One two three', 'run-1 One two three']);
    lane.dispatcher.endLive('run-1');
    await lane.dispatcher.idle();
  });

  it('goes out before the message that takes its place, never behind it', async () => {
    const lane = openLane();
    const answer = lane.holdNext();
    lane.dispatcher.showDraft(draft('Half'));
    await lane.seen(1);
    lane.dispatcher.showDraft(draft('Half of it'));
    lane.dispatcher.endLive('run-1');
    lane.commit('The whole');
    expect(lane.log).toEqual(['run-1 Half']);
    answer.resolve();
    await lane.dispatcher.idle();

    expect(lane.log).toEqual(['run-1 Half', 'sent The whole']);
  });

  it('waits for what is committed', async () => {
    const lane = openLane();
    lane.commit('Earlier');
    lane.dispatcher.showDraft(draft('Half'));
    expect(await lane.seen(2)).toEqual(['sent Earlier', 'run-1 Half']);
    await lane.dispatcher.stop();
  });

  it('is not tried again where the platform takes none, which is said once', async () => {
    const lane = openLane();
    lane.failNext(new CuttleError('channel.invalid', 'No drafts here.'));
    expect(lane.takesDrafts()).toBe(true);
    lane.dispatcher.showDraft(draft('Half'));
    lane.dispatcher.showDraft(draft('Half', 'run-2'));
    await lane.dispatcher.idle();
    expect(lane.takesDrafts()).toBe(false);
    lane.dispatcher.showDraft(draft('Half of it'));
    await lane.dispatcher.idle();

    expect(lane.log).toEqual(['run-2 Half']);
    expect(lane.warnings).toEqual(['Drafts are refused: answers grow by edits here.']);
  });

  it('is tried again after any other failure', async () => {
    const lane = openLane();
    lane.failNext(new CuttleError('channel.unavailable', 'Gone for now.'));
    lane.dispatcher.showDraft(draft('Half'));
    await lane.seen(1);
    lane.dispatcher.showDraft(draft('Half of it'));
    await lane.clock.untilSleeping(1, soon());
    await lane.clock.advance(1000);

    expect(await lane.seen(2)).toEqual(['run-1 Half', 'run-1 Half of it']);
    expect(lane.takesDrafts()).toBe(true);
    await lane.dispatcher.stop();
  });
});

interface Lane {
  readonly dispatcher: Dispatcher;
  readonly clock: ManualClock;
  /** What the platform was asked for, in order. */
  readonly log: readonly string[];
  readonly warnings: readonly string[];
  takesDrafts(): boolean;
  /** A row that is to be sent. */
  commit(text: string): void;
  failNext(error: CuttleError): void;
  /** The next draft is on its way until this is resolved. */
  holdNext(): PromiseWithResolvers<void>;
  /** Resolves when so many calls were made. */
  seen(count: number): Promise<readonly string[]>;
}

function openLane(): Lane {
  const clock = manualClock();
  const rows: Delivery[] = [];
  const failures: CuttleError[] = [];
  const log: string[] = [];
  const warnings: string[] = [];
  let held: PromiseWithResolvers<void> | undefined;
  let changed = Promise.withResolvers<void>();
  const say = (words: string): void => {
    log.push(words);
    changed.resolve();
    changed = Promise.withResolvers();
  };
  const drafts: DraftCapability = {
    everyMs: 25_000,
    async show({ key, part: { text } }) {
      say(`${key} ${text}`);
      await held?.promise;
      held = undefined;
      const failure = failures.shift();
      if (failure) throw failure;
    },
  };
  const limits = { maxTextLength: 4096, perSecond: 30, perMinuteInGroup: 20, editIntervalMs: 1000 };
  const channel = standIn<Channel>({
    id: 'test',
    limits,
    live: { placeholder: () => part('…'), preview: part, drafts },
    async send({ part: { text } }: { readonly part: OutboundPart }) {
      say(`sent ${text}`);
      return { messageId: '1' };
    },
  });
  const account = accountOver(channel);
  const journal = standIn<Journal>({
    async claimDelivery(): Promise<DeliveryClaim> {
      const delivery = rows.shift();
      return delivery ? { kind: 'send', delivery } : { kind: 'idle' };
    },
    async settleDelivery() {},
  });
  const timing = { deadlineMs: 10_000, marginMs: 100, ttlMs: 60_000 };
  const dispatcher = createDispatcher({
    store: standIn<Store>({ journal }),
    clock,
    newId: sequentialIds(),
    random: () => 0.5,
    log: { debug() {}, info() {}, warn: (words) => void warnings.push(words), error() {} },
    settings: () =>
      standIn<RuntimeSettings>({ delivery: standIn<RuntimeSettings['delivery']>(timing) }),
    accounts: new Map([['account-1', account]]),
    point() {},
  });
  return {
    dispatcher,
    clock,
    log,
    warnings,
    takesDrafts: () => dispatcher.takesDrafts(channel),
    commit(text) {
      rows.push({ ...row, body: part(text) });
      dispatcher.wake(conversationId);
    },
    failNext: (error) => void failures.push(error),
    holdNext: () => (held = Promise.withResolvers()),
    async seen(count) {
      while (log.length < count) await changed.promise;
      return log;
    },
  };
}

const row: Delivery = {
  outboundId: 'row-1',
  conversationId,
  accountId: 'account-1',
  conversationKey: '42',
  target: null,
  group: false,
  kind: 'send',
  body: part('…'),
  receipt: undefined,
  idempotencyKey: 'row-1',
  attempt: 1,
  createdAt: 0,
  marked: false,
  fence: 'fence',
  deadline: Date.UTC(2026, 0, 1) + 10_000,
  origin: 'run-1:final',
};
