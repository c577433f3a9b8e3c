import type { Principal } from '@cuttle/core-types';
import type { CancelledBy } from '@cuttle/core-types/errors';
import type { OutboundDraft } from '@cuttle/core-types/ports';
import { CuttleError } from '@cuttle/core-types/errors';
import { createActiveRuns } from './active-runs.ts';
import { decideApproval } from './approvals.ts';
import { approvePairing } from './approve-pairing.ts';
import {
  type ChannelSettings,
  type ChannelStatus,
  type ChannelSupervisor,
  createChannelSupervisor,
} from './channel-supervisor.ts';
import { createChannelDoor } from './channel-door.ts';
import { runControl } from './control.ts';
import { createDispatcher } from './dispatcher.ts';
import { createFates, type InboundFate } from './fates.ts';
import type { ChannelAccount, Kernel, RuntimeDeps } from './kernel.ts';
import { noticeDrafts } from './outbound-drafts.ts';
import {
  acceptPull,
  findFate,
  type PullAccepted,
  type PullMessage,
  readFate,
} from './pull-door.ts';
import { recover } from './recover.ts';
import { createReminders } from './reminders.ts';
import { createRunHub, type RunHub } from './run-hub.ts';
import { createSessionQueue } from './session-queue.ts';
import { stopRun } from './stop-run.ts';
import { workSession } from './work-session.ts';

/** The kernel: accepts, runs, delivers, recovers. */
export interface Runtime extends AsyncDisposable {
  readonly hub: RunHub;
  /** Goes on where the last life ended, then fires schedules and connects channels until drained. Messages may be accepted before. */
  start(): Promise<void>;
  accept(message: PullMessage, prepare?: (inboundId: string) => void): Promise<PullAccepted>;
  findFate(inboundId: string, signal: AbortSignal): Promise<InboundFate>;
  readFate(inboundId: string): Promise<InboundFate | undefined>;
  stop(input: {
    sessionId: string;
    sessionKey: string;
    runId?: string | undefined;
    by: CancelledBy;
    cancelQueued: boolean;
  }): Promise<string | undefined>;
  decideApproval(input: {
    approvalId: string;
    decision: 'approved' | 'denied';
    principal: Principal;
  }): Promise<void>;
  approvePairing(input: {
    code: string;
    by: string;
  }): Promise<{ channel: string; externalId: string; name: string | undefined }>;
  /** Sends through a channel without an agent; idempotent by key. Throws `channel.not-found`. */
  send(input: {
    channel: string;
    account: string;
    to: string;
    text: string;
    key: string;
  }): Promise<readonly string[]>;
  /** Hands a platform's webhook delivery to its channel; the response is for after COMMIT. Throws `channel.not-found`. */
  receiveWebhook(input: { channel: string; name: string; request: Request }, signal: AbortSignal): Promise<Response>;
  retryDelivery(outboundId: string): Promise<boolean>;
  addChannel(settings: ChannelSettings): void;
  removeChannel(channel: string, name: string): Promise<void>;
  channels(): readonly ChannelStatus[];
  findChannel(
    channel: string,
    name: string,
  ): { account: ChannelAccount | undefined; settings: ChannelSettings } | undefined;
  /** A schedule was written by a tool: look at them again. */
  schedulesChanged(): void;
  /** The text of a session's open step at this instant: what a reader who comes now must be shown before live events. */
  openText(sessionId: string): { runId: string; step: number; attempt: number; text: string } | undefined;
  load(): { running: number; waiting: number };
  /** Starts nothing new, waits at most `graceMs` for what runs, then leaves the rest to the next start. */
  drain(graceMs: number): Promise<void>;
}

interface Supervised {
  readonly settings: ChannelSettings;
  readonly supervisor: ChannelSupervisor;
  readonly stop: AbortController;
  running: Promise<void> | undefined;
}

export function createRuntime(deps: RuntimeDeps): Runtime {
  const accounts = new Map<string, ChannelAccount>();
  const supervised = new Map<string, Supervised>();
  const waiting = new Map<string, Set<string>>();
  const stopping = new AbortController();
  const background: Promise<void>[] = [];
  const kernel = createKernel(deps, { accounts, waiting, stopping: stopping.signal });
  const reminders = createReminders(kernel);
  let started = false;

  const connected = (account: ChannelAccount): void => {
    accounts.set(account.accountId, account);
    kernel.dispatcher.accountReady(account.accountId);
    for (const sessionId of waiting.get(account.accountId) ?? []) kernel.sessions.wake(sessionId);
    waiting.delete(account.accountId);
  };
  const runChannel = (entry: Supervised): void => {
    entry.running ??= entry.supervisor.run(AbortSignal.any([stopping.signal, entry.stop.signal]));
  };

  return {
    hub: kernel.hub,
    async start() {
      await recover(kernel);
      started = true;
      background.push(reminders.run(stopping.signal), sweepUntil(kernel, stopping.signal));
      for (const entry of supervised.values()) runChannel(entry);
    },
    accept: (message, prepare) => {
      if (stopping.signal.aborted)
        throw new CuttleError('gateway.draining', 'The gateway is stopping.');
      return acceptPull(kernel, message, prepare);
    },
    findFate: (inboundId, signal) => findFate(kernel, inboundId, signal),
    readFate: (inboundId) => readFate(kernel, inboundId),
    stop: (input) => stopRun(kernel, input),
    decideApproval: (input) => decideApproval(kernel, input),
    approvePairing: (input) => approvePairing(kernel, input),
    send: (input) => sendMessage(kernel, input),
    receiveWebhook({ channel, name, request }, signal) {
      const entry = supervised.get(`${channel}:${name}`);
      const account = entry?.supervisor.account();
      const { webhook } = entry?.settings.channel ?? {};
      if (!account || !webhook) throw new CuttleError('channel.not-found', 'No connected channel takes webhooks here.');
      const door = createChannelDoor(kernel, account, async (row) => void (await runControl(kernel, row)));
      return webhook.receive(request, door, signal);
    },
    async retryDelivery(outboundId) {
      const done = await kernel.store.journal.retryDead({ outboundId });
      const row = done ? await kernel.store.reader.findOutbound(outboundId) : undefined;
      if (row) kernel.dispatcher.wake(row.conversationId);
      return done;
    },
    addChannel(settings) {
      const supervisor = createChannelSupervisor(kernel, settings, connected);
      const entry: Supervised = {
        settings,
        supervisor,
        stop: new AbortController(),
        running: undefined,
      };
      supervised.set(`${settings.channel.id}:${settings.name}`, entry);
      if (started) runChannel(entry);
    },
    async removeChannel(channel, name) {
      const entry = supervised.get(`${channel}:${name}`);
      supervised.delete(`${channel}:${name}`);
      entry?.stop.abort();
      await entry?.running;
      const account = entry?.supervisor.account();
      if (account) accounts.delete(account.accountId);
      await entry?.settings.channel[Symbol.asyncDispose]();
    },
    channels: () => [...supervised.values()].map(({ supervisor }) => supervisor.status()),
    findChannel(channel, name) {
      const entry = supervised.get(`${channel}:${name}`);
      return entry && { settings: entry.settings, account: entry.supervisor.account() };
    },
    schedulesChanged: () => reminders.wake(),
    openText(sessionId) {
      const active = kernel.active.find(sessionId);
      const open = active?.open();
      return active && open && { runId: active.runId, ...open };
    },
    load: () => ({ running: kernel.sessions.running, waiting: kernel.sessions.waiting }),
    async drain(graceMs) {
      if (stopping.signal.aborted) return;
      const quiet = kernel.sessions.stop();
      for (const entry of supervised.values()) entry.stop.abort();
      const grace = new AbortController();
      await Promise.race([quiet, kernel.clock.sleep(graceMs, grace.signal).catch(() => {})]); // quiet came first
      grace.abort();
      stopping.abort();
      kernel.active.signalAll('shutdown');
      await quiet;
      await kernel.dispatcher.stop();
      await Promise.all([...background, ...[...supervised.values()].map(({ running }) => running)]);
      await Promise.all(
        [...supervised.values()].map(({ settings }) => settings.channel[Symbol.asyncDispose]()),
      );
    },
    [Symbol.asyncDispose]() {
      return this.drain(0);
    },
  };
}

function createKernel(
  deps: RuntimeDeps,
  {
    accounts,
    waiting,
    stopping,
  }: {
    accounts: ReadonlyMap<string, ChannelAccount>;
    waiting: Map<string, Set<string>>;
    stopping: AbortSignal;
  },
): Kernel {
  const point = deps.point ?? ((): void => {});
  const report = (error: unknown): void => deps.log.error('A listener failed.', { error });
  const kernel: Kernel = {
    ...deps,
    point,
    hub: createRunHub({ report }),
    fates: createFates(),
    active: createActiveRuns(),
    accounts,
    dispatcher: createDispatcher({ ...deps, accounts, point }),
    sessions: createSessionQueue({
      concurrency: () => deps.settings().queue.concurrency,
      work: (sessionId) => workSession(kernel, sessionId, stopping),
    }),
    waitingForAccount: {
      add(accountId, sessionId) {
        if (accounts.has(accountId)) kernel.sessions.wake(sessionId);
        else waiting.set(accountId, (waiting.get(accountId) ?? new Set()).add(sessionId));
      },
    },
  };
  return kernel;
}

/** Upkeep in small slices, once a minute: what expired ends, visibly. */
async function sweepUntil(kernel: Kernel, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const { changed, events, conversations } = await kernel.store.journal.sweep({ limit: 200 });
      for (const conversationId of conversations) kernel.dispatcher.wake(conversationId);
      for (const { sessionId } of events) kernel.sessions.wake(sessionId);
      if (changed >= 200) continue;
    } catch (error) {
      kernel.log.warn('The upkeep of the store failed; it is tried again.', { error });
    }
    await kernel.clock.sleep(60_000, signal).catch(() => {}); // stopped
  }
}

async function sendMessage(
  kernel: Kernel,
  {
    channel,
    account,
    to,
    text,
    key,
  }: { channel: string; account: string; to: string; text: string; key: string },
): Promise<readonly string[]> {
  const found = [...kernel.accounts.values()].find(
    (one) => one.channel.id === channel && one.name === account,
  );
  const place = found?.channel.address(to);
  if (!found || !place)
    throw new CuttleError(
      'channel.not-found',
      `No connected account ${channel}:${account} leads to "${to}".`,
    );
  const conversation = { accountId: found.accountId, ...place };
  const drafts: OutboundDraft[] = noticeDrafts(kernel, {
    channel: found.channel,
    conversation,
    origin: `send:${key}`,
    answer: { text },
  });
  const { outboundIds, conversations } = await kernel.store.journal.prepareOutbound({ drafts });
  for (const conversationId of conversations) kernel.dispatcher.wake(conversationId);
  return outboundIds;
}
