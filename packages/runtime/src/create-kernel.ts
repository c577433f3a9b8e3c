import { createTokenMeters } from '@cuttle/agent';
import type { Channel, Tool } from '@cuttle/core-types/ports';
import { createActiveRuns } from './active-runs.ts';
import { createDispatcher } from './dispatcher.ts';
import { createFates } from './fates.ts';
import type { ChannelAccount, Kernel, RuntimeDeps } from './kernel.ts';
import { createLazyTools } from './lazy-tools.ts';
import { createPromptBuilder } from './prompt/build-prompt.ts';
import { createQuietPlaces } from './quiet-places.ts';
import { createRunHub } from './run-hub.ts';
import { createSessionQueue } from './session-queue.ts';
import { createSubagentTimers } from './subagent-timers.ts';
import { createWorkerBell } from './worker-bell.ts';
import { workSession } from './work-session.ts';

/** The connected accounts, the sessions whose run waits for one, and the adapters that were set up. */
export interface ConnectedAccounts {
  readonly accounts: ReadonlyMap<string, ChannelAccount>;
  setUp(channel: Channel): void;
  add(account: ChannelAccount): void;
  remove(accountId: string): void;
}

/** Makes what the parts of the kernel share, each part once. */
export function createKernel(
  deps: RuntimeDeps,
  stopping: AbortSignal,
): { readonly kernel: Kernel; readonly connected: ConnectedAccounts } {
  const accounts = new Map<string, ChannelAccount>();
  const adapters = new Map<string, Channel>();
  const toolsOf = new Map<string, readonly Tool[]>();
  const waiting = new Map<string, Set<string>>();
  const point = deps.point ?? ((): void => {});
  const kernel: Kernel = {
    ...deps,
    point,
    stopping,
    accounts,
    // An adapter renders the same for all its accounts, and needs no connection for it.
    findRenderer: ({ accountId, door }) => accounts.get(accountId)?.channel ?? adapters.get(door),
    toolsOfChannel: (door) => toolsOf.get(door) ?? [],
    prompts: createPromptBuilder(deps),
    lazyTools: createLazyTools(() => deps.settings().lazyTools),
    meters: createTokenMeters(),
    hub: createRunHub({ report: (error) => deps.log.error('A listener failed.', { error }) }),
    fates: createFates(),
    active: createActiveRuns(),
    dispatcher: createDispatcher({ ...deps, accounts, point }),
    cutTogether: new Set(),
    subagentTimers: createSubagentTimers(),
    workerBell: createWorkerBell(),
    quietPlaces: createQuietPlaces(),
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
  const connected: ConnectedAccounts = {
    accounts,
    setUp(channel) {
      adapters.set(channel.id, channel);
      // An adapter does the same for all its accounts.
      if (!toolsOf.has(channel.id)) toolsOf.set(channel.id, deps.channelTools?.(channel) ?? []);
    },
    add(account) {
      accounts.set(account.accountId, account);
      kernel.dispatcher.accountReady(account.accountId);
      for (const sessionId of waiting.get(account.accountId) ?? []) kernel.sessions.wake(sessionId);
      waiting.delete(account.accountId);
    },
    remove: (accountId) => void accounts.delete(accountId),
  };
  return { kernel, connected };
}
