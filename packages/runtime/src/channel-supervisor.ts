import { isCuttleError, toCuttleError } from '@cuttle/core-types/errors';
import type { Channel } from '@cuttle/core-types/ports';
import { createChannelDoor } from './channel-door.ts';
import { commandTable } from './commands.ts';
import { runControl } from './control.ts';
import type { ChannelAccount, Kernel } from './kernel.ts';
import { backoffMs } from './send-outcome.ts';

export type ChannelState = 'starting' | 'connected' | 'reconnecting' | 'failed' | 'stopped';
export interface ChannelStatus {
  readonly channel: string;
  readonly account: string;
  readonly state: ChannelState;
  readonly accountId: string | undefined;
  readonly platformId: string | undefined;
  readonly name: string | undefined;
  readonly detail: string | undefined;
  readonly ambiguity: Channel['ambiguity'];
}
export type ChannelSettings = Omit<ChannelAccount, 'accountId'>;

/** Keeps one messenger account connected until aborted. */
export interface ChannelSupervisor {
  readonly status: () => ChannelStatus;
  readonly account: () => ChannelAccount | undefined;
  /** Resolves when the account is connected or could not be at the first attempt. */
  readonly tried: Promise<void>;
  /** Never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

export function createChannelSupervisor(
  kernel: Kernel,
  settings: ChannelSettings,
  onConnected: (account: ChannelAccount) => void,
): ChannelSupervisor {
  const { channel } = settings;
  const tried = Promise.withResolvers<void>();
  let account: ChannelAccount | undefined;
  let known: { state: ChannelState; platformId?: string; name?: string; detail?: string } = {
    state: 'starting',
  };

  const connect = async (signal: AbortSignal): Promise<ChannelAccount> => {
    const { platformId, name } = await channel.connect(signal);
    const { accountId } = await kernel.store.journal.openAccount({
      channel: channel.id,
      name: settings.name,
      platformId,
    });
    known = { state: 'connected', platformId, name };
    account = { ...settings, accountId };
    onConnected(account);
    return account;
  };
  const once = async (signal: AbortSignal): Promise<void> => {
    const connected = await connect(signal);
    tried.resolve();
    if (kernel.channelMode === 'send-only') return untilAborted(signal);
    await publishMenu(kernel, channel, signal);
    const door = createChannelDoor(kernel, connected, (row) => runControl(kernel, row));
    await channel.receive(door, signal);
  };
  return {
    account: () => account,
    tried: tried.promise,
    status: () => ({
      channel: channel.id,
      account: settings.name,
      state: known.state,
      accountId: account?.accountId,
      platformId: known.platformId,
      name: known.name,
      detail: known.detail,
      ambiguity: channel.ambiguity,
    }),
    async run(signal) {
      for (let attempt = 1; !signal.aborted; attempt += 1) {
        try {
          await once(signal);
        } catch (error) {
          tried.resolve();
          if (signal.aborted) break;
          const { code, message, hint } = toCuttleError(error);
          const isFinal = isCuttleError(error, 'channel.auth');
          known = {
            ...known,
            state: isFinal ? 'failed' : 'reconnecting',
            detail: `${code}: ${message} ${hint}`,
          };
          kernel.log.warn('A channel lost its connection.', {
            channel: channel.id,
            account: settings.name,
            error,
          });
          const waitMs = isFinal ? 5 * 60_000 : backoffMs(attempt, kernel.random);
          await kernel.clock.sleep(waitMs, signal).catch(() => {}); // stopped
        }
      }
      known = { ...known, state: 'stopped' };
      tried.resolve();
    },
  };
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

async function publishMenu(
  kernel: Kernel,
  { menu, id }: Channel,
  signal: AbortSignal,
): Promise<void> {
  if (!menu) return;
  const commands = commandTable.map(({ name, description }) => ({ name, description }));
  await menu.publish(commands, signal).catch((error: unknown) => {
    kernel.log.warn('The command menu could not be published.', { channel: id, error });
  });
}
