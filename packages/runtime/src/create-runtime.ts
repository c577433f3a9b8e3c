import type { Principal, Route, TaintSource } from '@cuttle/core-types';
import type { CancelledBy } from '@cuttle/core-types/errors';
import { CuttleError } from '@cuttle/core-types/errors';
import type {
  AllowedRow,
  ConversationRef,
  PairingRow,
  PinDraft,
  PinRow,
  SessionRow,
  Settled,
} from '@cuttle/core-types/ports';
import { decideApproval } from './approvals.ts';
import type { ChannelDirectory } from './channel-directory.ts';
import type { ChannelLogins } from './channel-logins.ts';
import { type ChannelSet, createChannelSet, type WebhookDelivery } from './channel-set.ts';
import type { ChannelSettings, ChannelStatus } from './channel-supervisor.ts';
import { type ContextMeter, readContextMeter } from './context-meter.ts';
import { createKernel } from './create-kernel.ts';
import { decidePairing, revokePairing } from './decide-pairing.ts';
import type { InboundFate } from './fates.ts';
import type { Kernel, RuntimeDeps } from './kernel.ts';
import {
  acceptPull,
  findFate,
  type PullAccepted,
  type PullMessage,
  readFate,
} from './pull-door.ts';
import { recover } from './recover.ts';
import { createReminders } from './reminders.ts';
import { describePrompt, type PromptReport } from './prompt/describe-prompt.ts';
import { pinOrder } from './prompt/orders-in-force.ts';
import type { RunHub } from './run-hub.ts';
import { seqAfter } from './run-state.ts';
import { sendMessage } from './send-message.ts';
import type { AgentSettings } from './settings.ts';
import { rewindSession } from './rewind.ts';
import { tellEnded } from './tell-ended.ts';
import { stopRun } from './stop-run.ts';
import { createSubagents, type SubagentControl } from './subagents.ts';
import { createWorkers, type WorkerControl } from './workers.ts';
import { keepUp } from './upkeep.ts';

/** The kernel: accepts, runs, delivers, recovers. */
export interface Runtime extends AsyncDisposable {
  readonly hub: RunHub;
  /**
   * Goes on where the last life ended, then fires schedules and connects channels until drained. Messages may be accepted before.
   * `modelsKnown` never rejects; no run begins before it resolves.
   */
  start(modelsKnown?: Promise<void>): Promise<void>;
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
  /** Goes back to just behind an entry, after what runs was stopped. Throws `session.not-found` or `session.no-entry`. */
  rewind(input: { sessionKey: string; toEntry: number }): ReturnType<typeof rewindSession>;
  decideApproval(input: {
    approvalId: string;
    decision: 'approved' | 'denied';
    principal: Principal;
  }): Promise<void>;
  /** Lets the holder of a code in, or refuses them. Throws `request.not-found`, `pairing.locked`. */
  decidePairing(input: {
    code: string;
    decision: 'approved' | 'refused';
    by: string;
  }): Promise<PairingRow>;
  /** Takes back that somebody was let in; those it was taken from. */
  revokePairing(input: {
    channel: string;
    account: string;
    externalId: string;
    by: string;
  }): Promise<readonly AllowedRow[]>;
  /** Sends through a channel without an agent; idempotent by key. Throws `channel.not-found`. */
  send(input: {
    channel: string;
    account: string;
    to: string;
    text: string;
    key: string;
  }): Promise<readonly string[]>;
  /** Hands a platform's webhook delivery to its channel; the response is for after COMMIT. Throws `channel.not-found`. */
  receiveWebhook(input: WebhookDelivery, signal: AbortSignal): Promise<Response>;
  /** Signals runs that a transaction of somebody else's ended, and tells whoever waits for them. */
  tellEnded(settled: Settled): Promise<void>;
  retryDelivery(outboundId: string): Promise<boolean>;
  addChannel(settings: ChannelSettings): void;
  removeChannel(channel: string, name: string): Promise<void>;
  channels(): readonly ChannelStatus[];
  readonly logins: ChannelLogins;
  readonly directory: ChannelDirectory;
  readonly subagents: SubagentControl;
  readonly workers: WorkerControl;
  /** A schedule was written by a tool: look at them again. */
  schedulesChanged(): void;
  /** Where a run under way answers and what steers it, for tools that plan for later. */
  placeOf(
    runId: string,
  ):
    | { route: Route; conversation: ConversationRef | undefined; taint: readonly TaintSource[] }
    | undefined;
  /** How full a session's context is; undefined before its first answer. */
  contextOf(session: SessionRow): Promise<ContextMeter | undefined>;
  /** The text of a session's open step at this instant: what a reader who comes now must be shown before live events. */
  openText(sessionId: string): OpenText | undefined;
  /** A number for an event of a run that is told again: above every number its events had, below those they will have. */
  nextSeq(runId: string, createdAt: number): number;
  /** The agents as configured, the default first. */
  agents(): readonly AgentSettings[];
  /** The system prompt as it would be now. Throws `agent.not-found`. */
  describePrompt(input: { agentId: string; sessionKey: string | undefined }): Promise<PromptReport>;
  /** Pins a standing order. Throws `agent.not-found`, `request.invalid`. */
  pinOrder(draft: Omit<PinDraft, 'pinId'>): Promise<PinRow>;
  load(): { running: number; waiting: number };
  /** Resolves when no account is still being connected for the first time, no run works, no session waits and no message is being sent. */
  settled(): Promise<void>;
  /** Starts nothing new, waits at most `graceMs` for what runs, then leaves the rest to the next start. */
  drain(graceMs: number): Promise<void>;
}

/** What the open step of a run has said. */
export interface OpenText {
  readonly runId: string;
  /** Of the run, Unix ms. */
  readonly createdAt: number;
  readonly step: number;
  readonly attempt: number;
  readonly text: string;
}

/** What the last runs said goes out before the end, if the platforms take it at once. */
const lastRepliesMs = 3000;

export function createRuntime(deps: RuntimeDeps): Runtime {
  const draining = new AbortController();
  const stopping = new AbortController();
  const background: Promise<void>[] = [];
  const { kernel, connected } = createKernel(deps, stopping.signal);
  const channels = createChannelSet(kernel, connected);
  const reminders = createReminders(kernel);
  const subagents = createSubagents(kernel);
  return {
    hub: kernel.hub,
    async start(modelsKnown = Promise.resolve()) {
      await recover(kernel);
      void modelsKnown.then(() => kernel.sessions.start());
      background.push(
        reminders.run(stopping.signal),
        kernel.subagentTimers.run({ kernel, subagents }, stopping.signal),
        keepUp(kernel, stopping.signal),
      );
      channels.start();
    },
    ...messageCalls(kernel, draining.signal),
    ...channelCalls(channels, draining.signal),
    ...liveReadings(kernel),
    tellEnded: (settled) => tellEnded(kernel, settled),
    agents: () => kernel.settings().agents,
    describePrompt: (input) => describePrompt(kernel, input),
    pinOrder: (draft) => pinOrder(kernel, draft),
    subagents,
    workers: createWorkers(kernel, draining.signal),
    schedulesChanged: () => reminders.wake(),
    load: () => ({ running: kernel.sessions.running(), waiting: kernel.sessions.waiting() }),
    async settled() {
      await channels.tried();
      await kernel.sessions.idle();
      await kernel.dispatcher.idle();
    },
    async drain(graceMs) {
      if (stopping.signal.aborted) return;
      draining.abort();
      const quiet = kernel.sessions.stop();
      const received = channels.stopReceiving();
      await within(kernel, quiet, graceMs);
      await within(kernel, kernel.dispatcher.idle(), Math.min(graceMs, lastRepliesMs));
      stopping.abort();
      kernel.active.signalAll('shutdown');
      await quiet;
      await kernel.dispatcher.stop();
      await Promise.all([...background, received]);
      await handOver(kernel);
      await channels.close();
    },
    [Symbol.asyncDispose]() {
      return this.drain(0);
    },
  };
}

function messageCalls(
  kernel: Kernel,
  draining: AbortSignal,
): Pick<
  Runtime,
  | 'accept'
  | 'findFate'
  | 'readFate'
  | 'stop'
  | 'rewind'
  | 'decideApproval'
  | 'decidePairing'
  | 'revokePairing'
  | 'send'
  | 'retryDelivery'
> {
  return {
    accept(message, prepare) {
      refuseWhile(draining);
      return acceptPull(kernel, message, prepare);
    },
    findFate: (inboundId, signal) => findFate(kernel, inboundId, signal),
    readFate: (inboundId) => readFate(kernel, inboundId),
    stop: (input) => stopRun(kernel, input),
    rewind: (input) => rewindSession(kernel, input),
    decideApproval: (input) => decideApproval(kernel, input),
    decidePairing: (input) => decidePairing(kernel, input),
    revokePairing: (input) => revokePairing(kernel, input),
    send: (input) => sendMessage(kernel, input),
    async retryDelivery(outboundId) {
      const done = await kernel.store.journal.retryDead({ outboundId });
      const row = done ? await kernel.store.reader.findOutbound(outboundId) : undefined;
      if (row) kernel.dispatcher.wake(row.conversationId);
      return done;
    },
  };
}

/** A message that is not taken is sent again by its client or platform: it waits there, and not in a process that ends. */
function refuseWhile(draining: AbortSignal): void {
  if (draining.aborted) throw new CuttleError('gateway.draining', 'The gateway is stopping.');
}

function channelCalls(
  set: ChannelSet,
  draining: AbortSignal,
): Pick<
  Runtime,
  'addChannel' | 'removeChannel' | 'channels' | 'logins' | 'directory' | 'receiveWebhook'
> {
  return {
    addChannel: (settings) => set.add(settings),
    removeChannel: (channel, name) => set.remove(channel, name),
    channels: () => set.statuses(),
    logins: set.logins,
    directory: set.directory,
    async receiveWebhook(delivery, signal) {
      refuseWhile(draining);
      return set.receiveWebhook(delivery, signal);
    },
  };
}

function liveReadings(
  kernel: Kernel,
): Pick<Runtime, 'placeOf' | 'contextOf' | 'openText' | 'nextSeq'> {
  const { active } = kernel;
  return {
    contextOf: (session) => readContextMeter(kernel, session),
    placeOf(runId) {
      const run = active.findRun(runId);
      return run && { route: run.route, conversation: run.conversation, taint: run.taint() };
    },
    openText(sessionId) {
      const run = active.find(sessionId);
      const open = run?.open();
      return run && open && { runId: run.runId, createdAt: run.createdAt, ...open };
    },
    nextSeq: (runId, createdAt) => active.findRun(runId)?.nextSeq() ?? seqAfter(kernel, createdAt),
  };
}

/** What still runs goes on at the next start, and a planned stop is no stall of it. */
async function handOver({ store, log }: Kernel): Promise<void> {
  try {
    const runs = await store.journal.releaseRuns();
    if (runs > 0) log.info('Runs under way go on at the next start.', { runs });
  } catch (error) {
    // Their leases are cut then, as after a crash.
    log.warn('Runs under way could not be handed over.', { error });
  }
}

/** Waits for `work` at most `ms`. */
async function within({ clock }: Kernel, work: Promise<void>, ms: number): Promise<void> {
  const done = new AbortController();
  await Promise.race([work, clock.sleep(ms, done.signal).catch(() => {})]); // the work came first
  done.abort();
}
