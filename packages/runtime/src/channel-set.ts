import { CuttleError } from '@cuttle/core-types/errors';
import { createChannelDoor } from './channel-door.ts';
import {
  type ChannelSettings,
  type ChannelStatus,
  type ChannelSupervisor,
  createChannelSupervisor,
} from './channel-supervisor.ts';
import { type ChannelDirectory, createChannelDirectory } from './channel-directory.ts';
import { type ChannelLogins, type ChannelPlace, createChannelLogins } from './channel-logins.ts';
import { runControl } from './control.ts';
import type { ConnectedAccounts } from './create-kernel.ts';
import type { Kernel } from './kernel.ts';

/** The messenger accounts of this gateway, each kept connected by its supervisor. */
export interface ChannelSet {
  add(settings: ChannelSettings): void;
  /** Resolves when the account has stopped and its adapter is closed. */
  remove(channel: string, name: string): Promise<void>;
  statuses(): readonly ChannelStatus[];
  readonly logins: ChannelLogins;
  readonly directory: ChannelDirectory;
  receiveWebhook(input: WebhookDelivery, signal: AbortSignal): Promise<Response>;
  /** Connects what was added, and from now on what is added. */
  start(): void;
  /** Resolves when every account that was added is connected or could not be at its first attempt. */
  tried(): Promise<void>;
  /** Takes nothing more in; what is to be sent still can be. */
  stopReceiving(): Promise<void>;
  close(): Promise<void>;
}
export interface WebhookDelivery {
  readonly channel: string;
  readonly name: string;
  readonly request: Request;
}

interface Supervised {
  readonly settings: ChannelSettings;
  readonly supervisor: ChannelSupervisor;
  readonly stop: AbortController;
  running: Promise<void> | undefined;
}

export function createChannelSet(
  kernel: Kernel,
  connected: Pick<ConnectedAccounts, 'setUp' | 'add' | 'remove'>,
): ChannelSet {
  const supervised = new Map<string, Supervised>();
  const find = ({ channel, name }: ChannelPlace): Supervised | undefined =>
    supervised.get(keyOf(channel, name));
  let started = false;
  const run = (entry: Supervised): void => {
    entry.running ??= entry.supervisor.run(entry.stop.signal);
  };
  const end = async (entry: Supervised): Promise<void> => {
    entry.stop.abort();
    await entry.running;
    const account = entry.supervisor.account();
    if (account) connected.remove(account.accountId);
    await entry.settings.channel[Symbol.asyncDispose]();
  };
  return {
    add(settings) {
      const supervisor = createChannelSupervisor(kernel, settings, connected.add);
      const entry: Supervised = {
        settings,
        supervisor,
        stop: new AbortController(),
        running: undefined,
      };
      supervised.set(keyOf(settings.channel.id, settings.name), entry);
      connected.setUp(settings.channel);
      if (started) run(entry);
    },
    async remove(channel, name) {
      const key = keyOf(channel, name);
      const entry = supervised.get(key);
      supervised.delete(key);
      if (!entry) return;
      await end(entry);
      kernel.hub.publishGateway({ kind: 'channel', channel, account: name, state: 'removed' });
    },
    logins: createChannelLogins(kernel, find),
    directory: createChannelDirectory(kernel, find),
    statuses: () => [...supervised.values()].map(({ supervisor }) => supervisor.status()),
    receiveWebhook: ({ channel, name, request }, signal) =>
      takeWebhook(kernel, { entry: supervised.get(keyOf(channel, name)), request }, signal),
    start() {
      started = true;
      for (const entry of supervised.values()) run(entry);
    },
    tried: () => firstAttempts([...supervised.values()]),
    async stopReceiving() {
      for (const { stop } of supervised.values()) stop.abort();
      await Promise.all([...supervised.values()].flatMap(({ running }) => running ?? []));
    },
    async close() {
      await Promise.all([...supervised.values()].map(end));
    },
  };
}

async function takeWebhook(
  kernel: Kernel,
  { entry, request }: { readonly entry: Supervised | undefined; readonly request: Request },
  signal: AbortSignal,
): Promise<Response> {
  const account = entry?.supervisor.account();
  const webhook = entry?.settings.channel.webhook;
  if (!account || !webhook)
    throw new CuttleError('channel.not-found', 'No connected channel takes webhooks here.');
  const door = createChannelDoor(kernel, account, (row) => runControl(kernel, row));
  return webhook.receive(request, door, signal);
}

async function firstAttempts(all: readonly Supervised[]): Promise<void> {
  const begun = all.filter(({ running }) => running !== undefined);
  await Promise.all(begun.map(({ supervisor }) => supervisor.tried));
}

function keyOf(channel: string, name: string): string {
  return `${channel}:${name}`;
}
