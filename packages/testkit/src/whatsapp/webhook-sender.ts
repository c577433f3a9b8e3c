import { createHmac } from 'node:crypto';
import type { Json } from '@cuttle/core-types';
import { pause } from '../pause.ts';
import type { Changes } from '../signals.ts';
import { GraphFailure } from './failure.ts';
import type { Callback, World } from './world.ts';

/** A change of a number, as it stands in `entry[].changes[]`. */
export interface PendingChange {
  readonly seq: number;
  readonly numberId: string;
  /** The person it is about: those of one person are delivered one after the other. */
  readonly person: string;
  readonly field: string;
  readonly value: Json;
}

/** One attempt to hand changes to the app. */
export interface WebhookDelivery {
  readonly seqs: readonly number[];
  readonly at: number;
  /** HTTP status, or undefined where the connection failed. */
  readonly status: number | undefined;
}

export interface WebhookSenderDeps {
  readonly world: World;
  readonly changes: Changes;
  readonly now: () => number;
  readonly fetch: typeof fetch;
  readonly appSecret: string;
  readonly accountId: string;
  /** First pause before a repeated delivery in ms; it doubles up to thirty times. Meta goes on for seven days. */
  readonly retryMs: number;
}

export interface WebhookSender extends AsyncDisposable {
  readonly deliveries: readonly WebhookDelivery[];
  readonly confirmed: ReadonlySet<number>;
  readonly pending: readonly PendingChange[];
  appCallback: Callback | undefined;
  push(change: Omit<PendingChange, 'seq'>): PendingChange;
  redeliver(seq: number): void;
  /** Holds deliveries back; `resume` sends them, together in one request where asked. */
  pause(): void;
  resume(how: { readonly together: boolean }): void;
  /** Sends what waits; called when an address was set. */
  kick(): void;
  /** The handshake of an address. Throws 2200 where it fails. https://developers.facebook.com/docs/graph-api/webhooks/getting-started#verification-requests */
  verify(callback: Callback): Promise<void>;
}

interface State {
  readonly deps: WebhookSenderDeps;
  readonly all: PendingChange[];
  readonly started: Set<number>;
  readonly confirmed: Set<number>;
  readonly deliveries: WebhookDelivery[];
  readonly lanes: Map<string, Promise<void>>;
  readonly stop: AbortController;
  app: Callback | undefined;
  paused: boolean;
}

/** Delivers changes by signed POST, in order per person, again and again until a 200. https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview */
export function createWebhookSender(deps: WebhookSenderDeps): WebhookSender {
  const state: State = {
    deps,
    all: [],
    started: new Set(),
    confirmed: new Set(),
    deliveries: [],
    lanes: new Map(),
    stop: new AbortController(),
    app: undefined,
    paused: false,
  };
  return {
    deliveries: state.deliveries,
    confirmed: state.confirmed,
    get pending() {
      return state.all.filter(({ seq }) => !state.confirmed.has(seq));
    },
    get appCallback() {
      return state.app;
    },
    set appCallback(callback) {
      state.app = callback;
      sendWaiting(state);
    },
    push(change) {
      const pending = { ...change, seq: state.all.length + 1 };
      state.all.push(pending);
      sendWaiting(state);
      return pending;
    },
    redeliver(seq) {
      const change = state.all.find((one) => one.seq === seq);
      if (change) enqueue(state, [change]);
    },
    pause() {
      state.paused = true;
    },
    resume({ together }) {
      state.paused = false;
      if (together) {
        const waiting = state.all.filter(({ seq }) => !state.started.has(seq));
        for (const { seq } of waiting) state.started.add(seq);
        if (waiting.length > 0) enqueue(state, waiting);
      }
      sendWaiting(state);
    },
    kick: () => sendWaiting(state),
    verify: (callback) => verify(deps, callback),
    async [Symbol.asyncDispose]() {
      state.stop.abort();
      await Promise.allSettled(state.lanes.values());
    },
  };
}

function addressOf(state: State, numberId: string): Callback | undefined {
  return state.deps.world.numbers.get(numberId)?.override ?? state.app;
}

function sendWaiting(state: State): void {
  if (state.paused) return;
  for (const change of state.all) {
    if (state.started.has(change.seq) || addressOf(state, change.numberId) === undefined) continue;
    state.started.add(change.seq);
    enqueue(state, [change]);
  }
}

function enqueue(state: State, changes: readonly PendingChange[]): void {
  const [first] = changes;
  if (first === undefined) return;
  const lane = changes.length === 1 ? `${first.numberId}:${first.person}` : 'together';
  const before = state.lanes.get(lane) ?? Promise.resolve();
  state.lanes.set(
    lane,
    before.then(() => deliver(state, changes)),
  );
}

async function deliver(state: State, changes: readonly PendingChange[]): Promise<void> {
  let pauseMs = state.deps.retryMs;
  while (!state.stop.signal.aborted) {
    if (await attempt(state, changes)) return;
    await pause(pauseMs, state.stop.signal);
    pauseMs = Math.min(pauseMs * 2, state.deps.retryMs * 30);
  }
}

async function attempt(state: State, changes: readonly PendingChange[]): Promise<boolean> {
  const { deps, stop } = state;
  const callback = addressOf(state, changes[0]?.numberId ?? '');
  const status =
    callback === undefined
      ? undefined
      : await post(state, changes, callback.url).catch(() => undefined);
  if (stop.signal.aborted) return false;
  const seqs = changes.map(({ seq }) => seq);
  state.deliveries.push({ seqs, at: deps.now(), status });
  const ok = status === 200;
  if (ok) for (const seq of seqs) state.confirmed.add(seq);
  deps.changes.notify();
  return ok;
}

async function post(
  { deps, stop }: State,
  changes: readonly PendingChange[],
  url: string,
): Promise<number> {
  const body = JSON.stringify({
    object: 'whatsapp_business_account',
    entry: [{ id: deps.accountId, changes: changes.map(({ field, value }) => ({ value, field })) }],
  });
  const response = await deps.fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-hub-signature-256': signWhatsappBody(deps.appSecret, body),
    },
    body,
    signal: stop.signal,
  });
  await response.arrayBuffer();
  return response.status;
}

/** The value of `X-Hub-Signature-256`. https://developers.facebook.com/docs/graph-api/webhooks/getting-started#validate-payloads */
export function signWhatsappBody(appSecret: string, body: string): string {
  return `sha256=${createHmac('sha256', appSecret).update(body).digest('hex')}`;
}

async function verify(deps: WebhookSenderDeps, { url, verifyToken }: Callback): Promise<void> {
  const challenge = String(1_000_000 + deps.world.nextId());
  const asked = new URL(url);
  asked.searchParams.set('hub.mode', 'subscribe');
  asked.searchParams.set('hub.challenge', challenge);
  asked.searchParams.set('hub.verify_token', verifyToken);
  const answer = await deps
    .fetch(asked)
    .then(async (response) => (response.status === 200 ? response.text() : undefined))
    .catch(() => undefined);
  if (answer !== challenge)
    throw new GraphFailure({
      code: 2200,
      message: 'Callback verification failed: the address did not answer with the challenge.',
    });
}
