import { type ErrorCode, toCuttleError } from '@cuttle/core-types/errors';
import type {
  Channel,
  Delivery,
  DeliveryClaim,
  DeliveryOutcome,
  Receipt,
} from '@cuttle/core-types/ports';
import { allowancesOf, countedSince, createKnownAllowances, recallCalls } from './allowances.ts';
import { digestDrafts, gaveUpDrafts } from './digest.ts';
import {
  blockedKey,
  type DispatcherDeps,
  emptyLane,
  type Lane,
  type Lanes,
  type LiveDraft,
  type LiveEdit,
  type Next,
  rest,
  toRequest,
  wasWoken,
} from './lane.ts';
import { readFiles } from './outbound-files.ts';
import { createPace } from './pace.ts';
import { outcomeOfFailure, settlementOf } from './send-outcome.ts';
import { createSendRoom, type SendPlace } from './send-room.ts';
import { endLive, showDraft, showEdit, takeDraft, takeEdit } from './show-live.ts';

/**
 * Sends what is committed. One lane per conversation with one request in flight: rows in their order, and between them
 * live edits of an open bubble or drafts. Rows are the truth; a lane exists only while it has something to do.
 */
export interface Dispatcher {
  /** Takes in what an earlier life sent, which the platforms still count; to be called before the first `wake`. */
  recall(): Promise<void>;
  /** The conversation may have rows to send. */
  wake(conversationId: string): void;
  /** Shows a preview in a bubble that was opened; a later call replaces one that has not gone out. */
  showLive(live: LiveEdit): void;
  /** Whether the platform shows drafts and has not refused them. */
  takesDrafts(channel: Channel): boolean;
  /** Shows unfinished text behind what is committed, without a row; a later call replaces one that has not gone out. */
  showDraft(draft: LiveDraft): void;
  /** No live edit of this bubble and no draft of this run goes out any more. */
  endLive(id: string): void;
  /** The account is connected: what waited for it goes on. */
  accountReady(accountId: string): void;
  /** Starts nothing more; resolves when no request is in flight. */
  stop(): Promise<void>;
  idle(): Promise<void>;
}

export function createDispatcher(deps: DispatcherDeps): Dispatcher {
  const pace = createPace(deps);
  const state: Lanes = {
    deps,
    lanes: new Map(),
    pace,
    room: createSendRoom(pace),
    known: createKnownAllowances(),
    stopping: new AbortController(),
    withoutDrafts: new WeakSet(),
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
    startLane(conversationId);
  };
  const startLane = (conversationId: string): Lane => {
    const lane = emptyLane(state.known.find(conversationId));
    state.lanes.set(conversationId, lane);
    const work = pumpLane(state, conversationId).finally(() => running.delete(conversationId));
    running.set(conversationId, work);
    return lane;
  };
  const idle = async (): Promise<void> => {
    while (running.size > 0) await Promise.all(running.values());
  };
  return {
    recall: () => recall(state),
    wake,
    showLive: (live) => takeEdit(state.lanes.get(live.conversationId), live),
    takesDrafts: (channel) =>
      channel.live?.drafts !== undefined && !state.withoutDrafts.has(channel),
    showDraft(draft) {
      if (state.stopping.signal.aborted) return;
      const lane = state.lanes.get(draft.conversationId) ?? startLane(draft.conversationId);
      takeDraft(lane, draft, deps.clock.monotonic());
    },
    endLive: (id) => endLive(state.lanes.values(), id),
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

async function recall({ deps, pace }: Lanes): Promise<void> {
  const since = countedSince(deps.clock.now());
  recallCalls(pace, await deps.store.reader.listRecentCalls({ since }));
}

/** Works until the conversation has nothing to send and shows nothing unfinished. Never rejects. */
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
    if (lane.draft) await rest(state, lane, lane.draftDueAt - deps.clock.monotonic());
    else if (lane.bubble) await rest(state, lane, 60_000);
    else break;
  }
  lanes.delete(conversationId);
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
      if (lane.draft) return showDraft(state, lane, lane.draft);
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
  const handBack = async (reason: ErrorCode, afterMs: number): Promise<Next> => {
    const notBefore = deps.clock.now() + afterMs;
    await settle({ kind: 'retry', notBefore, reason, uncounted: true });
    return 'go-on';
  };
  if (waitMs > 0) return handBack('channel.rate-limited', waitMs);
  // The process stood still behind the claim: a call that is given up at once would have an unknown outcome, one that was not begun has none.
  const leftMs = delivery.deadline - deps.clock.now();
  if (leftMs < deps.settings().delivery.deadlineMs / 10) return handBack('channel.unavailable', 0);
  const call = place.take(lane.allowances);
  let receipt: Receipt;
  try {
    const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(leftMs)]);
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
