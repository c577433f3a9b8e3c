import type { UpdateQueue } from './update-queue.ts';
import { pause } from '../pause.ts';
import type { Changes } from '../signals.ts';
import type { WireUpdate } from './wire.ts';

export interface WebhookSettings {
  readonly url: string;
  readonly secretToken: string | undefined;
  readonly maxConnections: number;
}

/** One attempt to hand an update to the bot's webhook. */
export interface WebhookDelivery {
  readonly updateId: number;
  readonly at: number;
  /** HTTP status, or undefined where the connection failed. */
  readonly status: number | undefined;
}

export interface WebhookSender extends AsyncDisposable {
  readonly settings: WebhookSettings | undefined;
  readonly deliveries: readonly WebhookDelivery[];
  readonly lastError: { readonly at: number; readonly message: string } | undefined;
  set(settings: WebhookSettings | undefined): void;
  /** Sends what is pending; called whenever an update was added. */
  kick(): void;
  /** Sends one update once more. */
  redeliver(update: WireUpdate): void;
}

export interface WebhookDeps {
  readonly queue: UpdateQueue;
  readonly changes: Changes;
  readonly now: () => number;
  readonly fetch: typeof fetch;
  /** First pause before a repeated delivery in ms; it doubles up to thirty times. */
  readonly retryMs: number;
  /** A method call in the webhook's response. https://core.telegram.org/bots/api#making-requests-when-getting-updates */
  readonly call: (method: string, params: Record<string, unknown>) => void;
}

interface SenderState {
  readonly deps: WebhookDeps;
  settings: WebhookSettings | undefined;
  stop: AbortController;
  lastError: WebhookSender['lastError'];
  readonly deliveries: WebhookDelivery[];
  readonly lanes: Map<string, Promise<void>>;
  readonly started: Set<number>;
}

/** Delivers updates by POST, in order per chat, again and again until a 2xx. https://core.telegram.org/bots/api#setwebhook */
export function createWebhookSender(deps: WebhookDeps): WebhookSender {
  const state: SenderState = {
    deps,
    settings: undefined,
    stop: new AbortController(),
    lastError: undefined,
    deliveries: [],
    lanes: new Map(),
    started: new Set(),
  };
  return {
    get settings() {
      return state.settings;
    },
    get lastError() {
      return state.lastError;
    },
    deliveries: state.deliveries,
    set(next) {
      state.stop.abort();
      state.stop = new AbortController();
      state.started.clear();
      state.settings = next;
      sendPending(state);
    },
    kick: () => sendPending(state),
    redeliver: (update) => enqueue(state, update),
    async [Symbol.asyncDispose]() {
      state.stop.abort();
      state.settings = undefined;
      await Promise.allSettled(state.lanes.values());
    },
  };
}

function sendPending(state: SenderState): void {
  if (state.settings === undefined) return;
  for (const update of state.deps.queue.pending) {
    if (state.started.has(update.update_id)) continue;
    state.started.add(update.update_id);
    enqueue(state, update);
  }
}

function enqueue(state: SenderState, update: WireUpdate): void {
  const target = state.settings;
  if (target === undefined) return;
  const lane = laneOf(update);
  const { signal } = state.stop;
  const before = state.lanes.get(lane) ?? Promise.resolve();
  state.lanes.set(
    lane,
    before.then(() => deliver(state, { update, target, signal })),
  );
}

interface Job {
  readonly update: WireUpdate;
  readonly target: WebhookSettings;
  readonly signal: AbortSignal;
}

async function deliver(state: SenderState, job: Job): Promise<void> {
  let pauseMs = state.deps.retryMs;
  while (!job.signal.aborted) {
    if (await attempt(state, job)) {
      state.deps.queue.confirmOne(job.update.update_id);
      return;
    }
    await pause(pauseMs, job.signal);
    pauseMs = Math.min(pauseMs * 2, state.deps.retryMs * 30);
  }
}

async function attempt(state: SenderState, job: Job): Promise<boolean> {
  const { deps } = state;
  const status = await post(deps, job).catch((error: unknown) => {
    state.lastError = {
      at: deps.now(),
      message: error instanceof Error ? error.message : String(error),
    };
    return undefined;
  });
  if (job.signal.aborted) return false;
  state.deliveries.push({ updateId: job.update.update_id, at: deps.now(), status });
  const ok = status !== undefined && status >= 200 && status < 300;
  if (!ok && status !== undefined)
    state.lastError = { at: deps.now(), message: `Wrong response from the webhook: ${status}` };
  deps.changes.notify();
  return ok;
}

/** Updates of one chat wait for each other; those of others do not. */
function laneOf(update: WireUpdate): string {
  const chat = /"chat":\{"id":(-?\d+)/.exec(JSON.stringify(update))?.[1];
  return chat ?? 'none';
}

async function post(deps: WebhookDeps, { update, target, signal }: Job): Promise<number> {
  const response = await deps.fetch(target.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(target.secretToken === undefined
        ? {}
        : { 'x-telegram-bot-api-secret-token': target.secretToken }),
    },
    body: JSON.stringify(update),
    signal,
  });
  const text = await response.text();
  if (response.ok) callInResponse(deps, text);
  return response.status;
}

function callInResponse(deps: WebhookDeps, text: string): void {
  const body = parseObject(text);
  if (typeof body !== 'object' || body === null || !('method' in body)) return;
  const { method, ...params } = body;
  if (typeof method === 'string' && method !== '') deps.call(method, params);
}

/** Any other body of a 2xx means nothing to the server. */
function parseObject(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
