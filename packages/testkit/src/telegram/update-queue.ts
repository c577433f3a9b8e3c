import { TelegramFailure } from './failure.ts';
import type { Ledger } from './ledger.ts';
import { createPollSlot, type PollSlot } from './poll-slot.ts';
import type { Changes } from '../signals.ts';
import type { WireUpdate } from './wire.ts';

export interface PollRequest {
  readonly offset: number;
  readonly limit: number;
  readonly timeoutMs: number;
}

/** The bot's undelivered updates and the one slot of `getUpdates`. https://core.telegram.org/bots/api#getupdates */
export interface UpdateQueue {
  readonly pending: readonly WireUpdate[];
  /** Every update up to this id was confirmed; 0 before the first. */
  readonly acknowledgedUpTo: number;
  /** Long polls that wait now: 0 or 1. */
  readonly waiting: number;
  readonly allowed: readonly string[];
  /** Which kinds are made from now on; an empty list is the default set. */
  allow(kinds: readonly string[]): void;
  /** Adds an update where its kind is allowed; undefined where it is not made at all. */
  push(kind: string, payload: unknown): WireUpdate | undefined;
  /** Delivers an update once more, whatever was confirmed. */
  redeliver(update: WireUpdate): void;
  find(updateId: number): WireUpdate | undefined;
  poll(request: PollRequest, signal: AbortSignal): Promise<readonly WireUpdate[]>;
  /** Ends a waiting poll with 409, as setWebhook does. */
  interrupt(reason: string): void;
  /** One update, confirmed by a webhook's 2xx. */
  confirmOne(updateId: number): void;
  drop(): void;
}

// Not sent unless asked for. https://core.telegram.org/bots/api#getupdates
const onRequest = new Set(['chat_member', 'message_reaction', 'message_reaction_count']);

interface QueueState {
  readonly ledger: Ledger;
  readonly changes: Changes;
  readonly slot: PollSlot;
  pending: WireUpdate[];
  readonly redelivered: WireUpdate[];
  readonly made: Map<number, WireUpdate>;
  nextId: number;
  acknowledgedUpTo: number;
  allowed: readonly string[];
}

export function createUpdateQueue(deps: {
  ledger: Ledger;
  changes: Changes;
  firstId: number;
}): UpdateQueue {
  const { ledger, changes } = deps;
  const state: QueueState = {
    ledger,
    changes,
    slot: createPollSlot(changes),
    pending: [],
    redelivered: [],
    made: new Map(),
    nextId: deps.firstId,
    acknowledgedUpTo: 0,
    allowed: [],
  };
  return {
    get pending() {
      return state.pending;
    },
    get acknowledgedUpTo() {
      return state.acknowledgedUpTo;
    },
    get waiting() {
      return state.slot.waiting;
    },
    get allowed() {
      return state.allowed;
    },
    allow(kinds) {
      state.allowed = [...kinds];
    },
    push: (kind, payload) => push(state, kind, payload),
    redeliver(update) {
      state.redelivered.push(update);
      state.slot.wake();
    },
    find: (updateId) => state.made.get(updateId),
    poll: (request, signal) => poll(state, request, signal),
    interrupt: (reason) => state.slot.refuse(conflict(reason)),
    confirmOne(updateId) {
      state.pending = state.pending.filter(({ update_id }) => update_id !== updateId);
      state.acknowledgedUpTo = (state.pending[0]?.update_id ?? state.nextId) - 1;
      ledger.acknowledge(updateId, 'webhook');
    },
    drop() {
      state.pending = [];
      changes.notify();
    },
  };
}

function push(state: QueueState, kind: string, payload: unknown): WireUpdate | undefined {
  const { allowed } = state;
  if (allowed.length === 0 ? onRequest.has(kind) : !allowed.includes(kind)) return undefined;
  const update: WireUpdate = { update_id: state.nextId, [kind]: payload };
  state.nextId += 1;
  state.made.set(update.update_id, update);
  state.pending.push(update);
  state.slot.wake();
  state.changes.notify();
  return update;
}

async function poll(
  state: QueueState,
  request: PollRequest,
  signal: AbortSignal,
): Promise<readonly WireUpdate[]> {
  if (request.offset > 0) confirmBelow(state, request.offset);
  if (request.offset < 0) confirmBelow(state, state.pending.at(request.offset)?.update_id ?? 0);
  const now = ready(state, request.limit);
  if (now.length > 0 || request.timeoutMs <= 0) return now;
  // The real server lets the newest poller win and ends the older one.
  state.slot.refuse(
    conflict(
      'terminated by other getUpdates request; make sure that only one bot instance is running',
    ),
  );
  await state.slot.wait(request.timeoutMs, signal);
  return ready(state, request.limit);
}

function ready(state: QueueState, limit: number): readonly WireUpdate[] {
  return [...state.redelivered.splice(0), ...state.pending].slice(0, limit);
}

function confirmBelow(state: QueueState, offset: number): void {
  const highest = Math.min(offset, state.nextId) - 1;
  if (highest <= state.acknowledgedUpTo || !state.made.has(highest)) return;
  state.pending = state.pending.filter(({ update_id }) => update_id > highest);
  state.acknowledgedUpTo = highest;
  state.ledger.acknowledge(highest, 'getUpdates');
}

export function conflict(reason: string): TelegramFailure {
  return new TelegramFailure(409, `Conflict: ${reason}`);
}
