import { toCuttleError } from '@cuttle/core-types/errors';
import type { NewId } from '@cuttle/core-types';
import type {
  Channel,
  Clock,
  Delivery,
  DeliveryClaim,
  DeliveryOutcome,
  Log,
  OutboundPart,
  Receipt,
  Store,
} from '@cuttle/core-types/ports';
import {
  accountKey,
  allowancesOf,
  conversationKey,
  countedSince,
  createKnownAllowances,
  type KnownAllowances,
  recallCalls,
} from './allowances.ts';
import type { CrashPoint } from './crash-point.ts';
import { digestDrafts, gaveUpDrafts } from './digest.ts';
import type { ChannelAccount } from './kernel.ts';
import { readFiles } from './outbound-files.ts';
import { type Allowance, createPace, type Pace } from './pace.ts';
import { outcomeOfFailure, settlementOf } from './send-outcome.ts';
import { createSendRoom, type SendPlace, type SendRoom } from './send-room.ts';
import type { RuntimeSettings } from './settings.ts';

/**
 * Sends what is committed. One lane per conversation with one request in flight: rows in their order, and between them
 * live edits of an open bubble. Rows are the truth; a lane exists only while it has something to do.
 */
export interface Dispatcher {
  /** Takes in what an earlier life sent, which the platforms still count; to be called before the first `wake`. */
  recall(): Promise<void>;
  /** The conversation may have rows to send. */
  wake(conversationId: string): void;
  /** Shows a preview in a bubble that was opened; a later call replaces one that has not gone out. */
  showLive(live: LiveEdit): void;
  /** No live edit of this bubble goes out any more. */
  endLive(bubbleId: string): void;
  /** The account is connected: what waited for it goes on. */
  accountReady(accountId: string): void;
  /** Starts nothing more; resolves when no request is in flight. */
  stop(): Promise<void>;
  idle(): Promise<void>;
}
export interface LiveEdit {
  readonly conversationId: string;
  readonly bubbleId: string;
  /** Called when the edit goes out: an answer grows by thousands of deltas, of which few are shown. */
  readonly preview: () => OutboundPart;
}

interface DispatcherDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly random: () => number;
  readonly log: Log;
  readonly settings: () => RuntimeSettings;
  readonly accounts: ReadonlyMap<string, ChannelAccount>;
  readonly point: CrashPoint;
}
interface Lane {
  again: boolean;
  live: LiveEdit | undefined;
  /** The bubble that may be edited: its receipt arrived and its final row is not due. */
  bubble:
    | { readonly id: string; readonly receipt: Receipt; readonly delivery: Delivery }
    | undefined;
  wakeUp: AbortController;
  /** What a call here counts against; known once a row was claimed, and then kept for later lanes of the conversation. */
  allowances: readonly Allowance[];
}
interface Lanes {
  readonly deps: DispatcherDeps;
  readonly lanes: Map<string, Lane>;
  readonly pace: Pace;
  readonly room: SendRoom;
  /** What calls into conversations counted against lately. */
  readonly known: KnownAllowances;
  readonly stopping: AbortController;
  /** Conversations whose account is not connected, by account. */
  readonly orphans: Map<string, Set<string>>;
}
type Next = 'go-on' | 'nothing' | 'leave';

export function createDispatcher(deps: DispatcherDeps): Dispatcher {
  const pace = createPace(deps);
  const state: Lanes = {
    deps,
    lanes: new Map(),
    pace,
    room: createSendRoom(pace),
    known: createKnownAllowances(),
    stopping: new AbortController(),
    orphans: new Map(),
  };
  const running = new Map<string, Promise<void>>();
  const wake = (conversationId: string): void => {
    if (state.stopping.signal.aborted) return;
    const lane = state.lanes.get(conversationId);
    if (lane) {
      lane.again = true;
      lane.wakeUp.abort();
      return;
    }
    state.lanes.set(conversationId, emptyLane(state.known.find(conversationId)));
    const work = pumpLane(state, conversationId).finally(() => running.delete(conversationId));
    running.set(conversationId, work);
  };
  const idle = async (): Promise<void> => {
    while (running.size > 0) await Promise.all(running.values());
  };
  return {
    recall: () => recall(state),
    wake,
    showLive(live) {
      const lane = state.lanes.get(live.conversationId);
      if (!lane) return;
      // A lane that has one to show looks again by itself when it may show it.
      const isDue = lane.live !== undefined;
      lane.live = live;
      if (!isDue) lane.wakeUp.abort();
    },
    endLive(bubbleId) {
      for (const lane of state.lanes.values()) {
        if (lane.live?.bubbleId === bubbleId) lane.live = undefined;
        if (lane.bubble?.id !== bubbleId) continue;
        lane.bubble = undefined;
        lane.wakeUp.abort();
      }
    },
    accountReady(accountId) {
      const waiting = state.orphans.get(accountId) ?? [];
      state.orphans.delete(accountId);
      for (const conversationId of waiting) wake(conversationId);
    },
    async stop() {
      state.stopping.abort();
      for (const lane of state.lanes.values()) lane.wakeUp.abort();
      await idle();
    },
    idle,
  };
}

function emptyLane(allowances: readonly Allowance[] = []): Lane {
  const wakeUp = new AbortController();
  return { again: false, live: undefined, bubble: undefined, wakeUp, allowances };
}

async function recall({ deps, pace }: Lanes): Promise<void> {
  const since = countedSince(deps.clock.now());
  recallCalls(pace, await deps.store.reader.listRecentCalls({ since }));
}

/** Works until the conversation has nothing to send and no open bubble. Never rejects. */
async function pumpLane(state: Lanes, conversationId: string): Promise<void> {
  const { deps, lanes, stopping } = state;
  const lane = lanes.get(conversationId);
  while (lane && !stopping.signal.aborted) {
    lane.again = false;
    lane.wakeUp = new AbortController();
    try {
      const next = await workOnce(state, { conversationId, lane });
      if (next === 'go-on') continue;
      // Its account may have been connected in the meantime.
      if (next === 'leave' && !wasWoken(lane)) break;
    } catch (error) {
      deps.log.error('A delivery could not be recorded.', { error, conversationId });
      await rest(state, lane, 1000);
      continue;
    }
    if (wasWoken(lane)) continue;
    if (!lane.bubble) break;
    await rest(state, lane, 60_000);
  }
  lanes.delete(conversationId);
}

/** Someone else may have set it while the lane waited for the store or the platform. */
function wasWoken(lane: Lane): boolean {
  return lane.again;
}

/** One step of a lane. */
async function workOnce(
  state: Lanes,
  { conversationId, lane }: { conversationId: string; lane: Lane },
): Promise<Next> {
  const { pace, room } = state;
  const waitMs = pace.waitMs(lane.allowances);
  if (waitMs > 0) {
    await rest(state, lane, waitMs);
    if (pace.waitMs(lane.allowances) > 0) return 'go-on';
  }
  const place = await room.enter(lane.allowances);
  if (!place) return 'go-on';
  try {
    return await claimOne(state, { conversationId, lane, place });
  } finally {
    place.leave();
  }
}

/** A lane that works on a row of its conversation. */
interface Turn {
  readonly lane: Lane;
  readonly place: SendPlace;
}

async function claimOne(
  state: Lanes,
  { conversationId, ...turn }: Turn & { readonly conversationId: string },
): Promise<Next> {
  const { deps } = state;
  const { lane, place } = turn;
  const { deadlineMs, marginMs } = deps.settings().delivery;
  deps.point('deliver.before.sending_commit');
  const claim = await deps.store.journal.claimDelivery({
    conversationId,
    fence: deps.newId(),
    deadlineMs,
    marginMs,
  });
  switch (claim.kind) {
    case 'send':
      deps.point('deliver.after.sending_commit');
      return deliver(state, turn, claim.delivery);
    case 'ambiguous':
      return settleAmbiguous(state, turn, claim.delivery);
    case 'expired':
      return expire(state, claim);
    case 'wait':
      place.leave();
      await rest(state, lane, claim.until - deps.clock.now());
      return 'go-on';
    case 'idle':
      place.leave();
      return lane.live ? showEdit(state, lane) : 'nothing';
  }
}

async function deliver(state: Lanes, { lane, place }: Turn, delivery: Delivery): Promise<Next> {
  const { deps, stopping } = state;
  const account = deps.accounts.get(delivery.accountId);
  const settle = (outcome: DeliveryOutcome): Promise<void> =>
    deps.store.journal.settleDelivery({
      outboundId: delivery.outboundId,
      fence: delivery.fence,
      outcome,
    });
  if (!account) return adopt(state, delivery, settle);
  const { channel } = account;
  lane.allowances = allowancesOf(account, delivery);
  state.known.put(delivery.conversationId, lane.allowances);
  const waitMs = place.waitMs(lane.allowances);
  if (waitMs > 0) {
    await settle({
      kind: 'retry',
      notBefore: deps.clock.now() + waitMs,
      reason: 'channel.rate-limited',
      uncounted: true,
    });
    return 'go-on';
  }
  const call = place.take(lane.allowances);
  let receipt: Receipt;
  try {
    const signal = AbortSignal.any([
      stopping.signal,
      AbortSignal.timeout(Math.max(1, delivery.deadline - deps.clock.now())),
    ]);
    const files = await readFiles(deps.store, delivery.body, signal);
    receipt = await channel.send({ ...toRequest(delivery), ...(files && { files }) }, signal);
  } catch (error) {
    call.ended();
    await settleFailure(state, { error, delivery, channel });
    return 'go-on';
  }
  call.ended();
  deps.point('deliver.after.response');
  await settle({ kind: 'sent', receipt });
  deps.point('deliver.after.receipt_commit');
  if (delivery.kind === 'open') lane.bubble = { id: delivery.outboundId, receipt, delivery };
  else if (lane.bubble && delivery.receipt?.messageId === lane.bubble.receipt.messageId)
    lane.bubble = undefined;
  return 'go-on';
}

/** What is too old is not said any more; a digest tells of it. */
async function expire(
  { deps, orphans }: Lanes,
  claim: Extract<DeliveryClaim, { kind: 'expired' }>,
): Promise<Next> {
  const { conversationId, outboundIds } = claim;
  const { accountId } = claim.conversation;
  const account = deps.accounts.get(accountId);
  if (!account) {
    orphans.set(accountId, (orphans.get(accountId) ?? new Set()).add(conversationId));
    return 'leave';
  }
  const digest = digestDrafts(deps, account.channel, claim);
  deps.log.warn('Messages were too old to be sent.', { conversationId, count: outboundIds.length });
  await deps.store.journal.expireDeliveries({ conversationId, outboundIds, digest });
  return 'go-on';
}

/** The account is not connected: the row waits, due at once when it is. */
async function adopt(
  { deps, orphans }: Lanes,
  { accountId, conversationId }: Delivery,
  settle: (outcome: DeliveryOutcome) => Promise<void>,
): Promise<Next> {
  const reason = 'channel.not-found';
  // Before the row is settled, so that no account is connected unseen in between.
  orphans.set(accountId, (orphans.get(accountId) ?? new Set()).add(conversationId));
  await settle({ kind: 'retry', notBefore: deps.clock.now(), reason, uncounted: true });
  return 'leave';
}

function toRequest(delivery: Delivery): Parameters<Channel['send']>[0] {
  const { kind, target, body, receipt, idempotencyKey, marked, attempt, createdAt } = delivery;
  const repeats = attempt > 1 ? { since: createdAt } : undefined;
  // An edit whose bubble never came to be is said anew.
  const effective = kind === 'edit' && !receipt ? 'send' : kind;
  return { kind: effective, target, part: body, receipt, idempotencyKey, marked, repeats };
}

async function settleFailure(
  { deps, pace, stopping }: Lanes,
  { error, delivery, channel }: { error: unknown; delivery: Delivery; channel: Channel },
): Promise<void> {
  const { journal } = deps.store;
  const { outboundId, fence } = delivery;
  // Stopped in mid-call: the row stays `sending`; the next boot decides after its deadline.
  if (stopping.signal.aborted) return;
  const outcome = outcomeOfFailure(
    { error, delivery, channel },
    { now: deps.clock.now(), random: deps.random },
  );
  deps.log.warn('A message was not delivered.', {
    code: toCuttleError(error).code,
    outcome: outcome.kind,
    outboundId,
    error,
  });
  if (outcome.kind === 'dead') {
    const notice = gaveUpDrafts(deps, { channel, delivery, error });
    return journal.settleDelivery({ outboundId, fence, outcome: { ...outcome, notice } });
  }
  if (outcome.kind !== 'blocked') return journal.settleDelivery({ outboundId, fence, outcome });
  pace.block(blockedKey(error, delivery), outcome.until);
  return journal.settleDelivery({
    outboundId,
    fence,
    outcome: { kind: 'retry', notBefore: outcome.until, reason: outcome.reason, uncounted: true },
  });
}

/** Who has to wait when the platform asks for it: the whole account, unless it says that only this conversation has. */
function blockedKey(error: unknown, { accountId, conversationId }: Delivery): string {
  const isNarrow = toCuttleError(error).details?.['scope'] === 'conversation';
  return isNarrow ? conversationKey(conversationId) : accountKey(accountId);
}

/** A send of unknown outcome, after its deadline: settled as the channel declares. */
async function settleAmbiguous(state: Lanes, turn: Turn, delivery: Delivery): Promise<Next> {
  const { deps, orphans } = state;
  const { outboundId, accountId, conversationId } = delivery;
  const account = deps.accounts.get(accountId);
  if (!account) {
    orphans.set(accountId, (orphans.get(accountId) ?? new Set()).add(conversationId));
    return 'leave';
  }
  deps.point('ambiguous.before.resolve');
  const to = settlementOf(account.channel, delivery);
  const { deadlineMs } = deps.settings().delivery;
  deps.log.warn('The outcome of a send is unknown.', { outboundId, resolved: to });
  const again = await deps.store.journal.resolveDelivery({
    outboundId,
    fence: deps.newId(),
    to,
    deadlineMs,
  });
  return again ? deliver(state, turn, again) : 'go-on';
}

/** Shows the newest text in the open bubble. Not a row: what is lost here is only a preview. */
async function showEdit(state: Lanes, lane: Lane): Promise<Next> {
  const { deps, pace, stopping } = state;
  const { live, bubble } = lane;
  const account = bubble && deps.accounts.get(bubble.delivery.accountId);
  if (!live || !account || bubble.id !== live.bubbleId) {
    lane.live = undefined;
    return 'nothing';
  }
  const once: Allowance = {
    key: `live:${bubble.id}`,
    count: 1,
    windowMs: account.channel.limits.editIntervalMs,
  };
  const allowances = [...allowancesOf(account, bubble.delivery), once];
  const waitMs = pace.waitMs(allowances);
  if (waitMs > 0) {
    await rest(state, lane, waitMs);
    return 'go-on';
  }
  lane.live = undefined;
  const call = pace.take(allowances);
  try {
    const signal = AbortSignal.any([
      stopping.signal,
      AbortSignal.timeout(deps.settings().delivery.deadlineMs),
    ]);
    deps.point('draft.edit.before.request');
    await account.channel.send(
      toRequest({
        ...bubble.delivery,
        kind: 'edit',
        body: live.preview(),
        receipt: bubble.receipt,
      }),
      signal,
    );
    deps.point('draft.edit.after.response');
  } catch (error) {
    deps.log.debug('A preview was not shown.', { error });
    const { retryAfterMs } = toCuttleError(error);
    if (retryAfterMs !== undefined)
      pace.block(blockedKey(error, bubble.delivery), deps.clock.now() + retryAfterMs);
  } finally {
    call.ended();
  }
  return 'go-on';
}

/** Sleeps until woken, stopped or `ms` have passed. */
async function rest({ deps, stopping }: Lanes, lane: Lane, ms: number): Promise<void> {
  if (lane.again) return;
  const signal = AbortSignal.any([stopping.signal, lane.wakeUp.signal]);
  await deps.clock.sleep(Math.max(0, ms), signal).catch(() => {}); // woken early
}
