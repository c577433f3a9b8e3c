import type { Json } from '@cuttle/core-types';
import type { Changes } from '../signals.ts';

export type DeliveryKind = 'events_api' | 'interactive' | 'slash_commands';

/** Something the app is told of. */
export interface Delivery {
  readonly seq: number;
  readonly kind: DeliveryKind;
  readonly payload: Json;
  /** Those of one lane are posted one after the other. */
  readonly lane: string;
}

/** One try to hand a delivery to the app. */
export interface Attempt {
  readonly seq: number;
  readonly number: number;
  readonly at: number;
  readonly by: 'socket' | 'http';
}

/** How a try ended: the app took it, did not, or the connection went away before it could answer. */
export type Outcome = 'taken' | 'refused' | 'lost';

export interface DeliveryState extends Delivery {
  attempts: number;
  state: 'waiting' | 'sent' | 'taken' | 'given-up';
  reason: string | undefined;
}

/** Carries deliveries to the app. */
export interface Carrier {
  readonly by: Attempt['by'];
  /** Those of one lane wait until the one before them was taken or given up. */
  readonly inOrder: boolean;
  /** False: there is nobody to carry it to now; it waits. */
  carry(delivery: DeliveryState, settle: (outcome: Outcome, reason: string) => void): boolean;
}

export interface DeliveriesDeps {
  readonly changes: Changes;
  readonly now: () => number;
  readonly carriers: () => readonly Carrier[];
  /** Ms before each repetition of an event; the last holds for all that follow. */
  readonly retryMs: readonly number[];
  /** How often an event is repeated; then it is lost. */
  readonly maxRetries: number;
}

export interface Deliveries extends AsyncDisposable {
  readonly all: readonly DeliveryState[];
  readonly attempts: readonly Attempt[];
  /** What the app answered beside taking it, by number. */
  readonly answers: Map<number, Json>;
  push(delivery: Omit<Delivery, 'seq'>): Delivery;
  /** Hands it over once more, as Slack does where an answer came too late. */
  repeat(seq: number): void;
  /** There may be somebody to carry to. */
  kick(): void;
  /** What nobody was told of is told no more. */
  giveUp(): void;
  pause(): void;
  resume(): void;
}

interface State {
  readonly deps: DeliveriesDeps;
  readonly all: DeliveryState[];
  /** In the order in which they came to wait. */
  readonly waiting: Set<DeliveryState>;
  /** Of each lane, those that wait or are on their way: a lane with thousands behind it is asked at each step. */
  readonly open: Map<string, Set<DeliveryState>>;
  readonly attempts: Attempt[];
  readonly timers: Set<NodeJS.Timeout>;
  paused: boolean;
}

/**
 * What Slack tells an app, and how often: an event again where it was not taken within three seconds, at once, after a minute
 * and after five; a press or a command never. What nobody could be told of yet waits, which Slack does not do for ever.
 * https://docs.slack.dev/apis/events-api/#retries
 */
export function createDeliveries(deps: DeliveriesDeps): Deliveries {
  const state: State = {
    deps,
    all: [],
    waiting: new Set(),
    open: new Map(),
    attempts: [],
    timers: new Set(),
    paused: false,
  };
  const { all, attempts } = state;
  return {
    all,
    attempts,
    answers: new Map(),
    push(input) {
      const fresh = { attempts: 0, state: 'waiting', reason: undefined } as const;
      const delivery: DeliveryState = { ...input, ...fresh, seq: all.length + 1 };
      all.push(delivery);
      become(state, delivery, 'waiting');
      flush(state);
      deps.changes.notify();
      return delivery;
    },
    repeat(seq) {
      const delivery = all.find((one) => one.seq === seq);
      if (delivery === undefined) throw new TypeError(`There is no delivery ${seq}`);
      become(state, delivery, 'waiting');
      delivery.reason = 'timeout';
      flush(state);
    },
    kick: () => flush(state),
    giveUp() {
      for (const delivery of all)
        if (delivery.state !== 'taken') become(state, delivery, 'given-up');
      deps.changes.notify();
    },
    pause() {
      state.paused = true;
    },
    resume() {
      state.paused = false;
      flush(state);
    },
    [Symbol.asyncDispose]() {
      state.paused = true;
      for (const timer of state.timers) clearTimeout(timer);
      return Promise.resolve();
    },
  };
}

function become(state: State, delivery: DeliveryState, next: DeliveryState['state']): void {
  const { waiting, open } = state;
  delivery.state = next;
  if (next === 'waiting') waiting.add(delivery);
  else waiting.delete(delivery);
  const lane = open.get(delivery.lane) ?? new Set();
  open.set(delivery.lane, lane);
  if (next === 'waiting' || next === 'sent') lane.add(delivery);
  else lane.delete(delivery);
}

function flush(state: State): void {
  if (state.paused) return;
  // One that comes again is older than those that waited meanwhile.
  for (const delivery of Array.from(state.waiting).toSorted((a, b) => a.seq - b.seq))
    if (delivery.state === 'waiting') send(state, delivery);
}

function send(state: State, delivery: DeliveryState): void {
  const { deps, attempts } = state;
  for (const carrier of deps.carriers()) {
    if (carrier.inOrder && isBehind(state, delivery)) continue;
    const isCarried = carrier.carry(delivery, (outcome, reason) =>
      settle(state, delivery, { outcome, reason }),
    );
    if (!isCarried) continue;
    delivery.attempts += 1;
    become(state, delivery, 'sent');
    attempts.push({
      seq: delivery.seq,
      number: delivery.attempts,
      at: deps.now(),
      by: carrier.by,
    });
    deps.changes.notify();
    return;
  }
}

function isBehind({ open }: State, { seq, lane }: DeliveryState): boolean {
  for (const other of open.get(lane) ?? []) if (other.seq < seq) return true;
  return false;
}

interface Settled {
  readonly outcome: Outcome;
  readonly reason: string;
}

function settle(state: State, delivery: DeliveryState, { outcome, reason }: Settled): void {
  if (delivery.state === 'taken') return;
  if (outcome === 'taken') become(state, delivery, 'taken');
  else if (delivery.state !== 'given-up') {
    delivery.reason = reason;
    retry(state, delivery, outcome);
  }
  state.deps.changes.notify();
  flush(state);
}

/** A connection that went away says nothing about the app: another one is told at once. */
function retry(state: State, delivery: DeliveryState, outcome: Outcome): void {
  const { retryMs, maxRetries } = state.deps;
  if (outcome === 'lost') {
    become(state, delivery, 'waiting');
    return;
  }
  if (delivery.kind !== 'events_api' || delivery.attempts > maxRetries) {
    become(state, delivery, 'given-up');
    return;
  }
  const ms = retryMs[Math.min(delivery.attempts, retryMs.length) - 1] ?? 0;
  const timer = setTimeout(() => {
    state.timers.delete(timer);
    if (delivery.state === 'given-up') return;
    become(state, delivery, 'waiting');
    flush(state);
  }, ms);
  state.timers.add(timer);
}
