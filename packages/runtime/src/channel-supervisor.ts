import { backoffMs } from '@cuttle/core-types';
import { isCuttleError, toCuttleError } from '@cuttle/core-types/errors';
import type { Channel } from '@cuttle/core-types/ports';
import { textFor } from '@cuttle/core-types/texts';
import { createChannelDoor } from './channel-door.ts';
import { toMenu } from './commands/to-menu.ts';
import { runControl } from './control.ts';
import type { ChannelAccount, Kernel } from './kernel.ts';
import { unknownMarks } from './marks.ts';

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
  /** A person links it. */
  readonly hasLogin: boolean;
}
export type ChannelSettings = Omit<ChannelAccount, 'accountId'>;

/** Keeps one messenger account connected until aborted. */
export interface ChannelSupervisor {
  readonly status: () => ChannelStatus;
  readonly account: () => ChannelAccount | undefined;
  /** Resolves when the account is connected or could not be at the first attempt. */
  readonly tried: Promise<void>;
  /** Ends a pause before the next try, where there is one. */
  tryNow(): void;
  /** Never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

interface Known {
  state: ChannelState;
  platformId: string | undefined;
  name: string | undefined;
  detail: string | undefined;
  account: ChannelAccount | undefined;
}

export function createChannelSupervisor(
  kernel: Kernel,
  settings: ChannelSettings,
  onConnected: (account: ChannelAccount) => void,
): ChannelSupervisor {
  const tried = Promise.withResolvers<void>();
  const known: Known = {
    state: 'starting',
    platformId: undefined,
    name: undefined,
    detail: undefined,
    account: undefined,
  };
  let pause = new AbortController();
  const connected = (account: ChannelAccount): void => {
    known.account = account;
    onConnected(account);
    tried.resolve();
  };
  return {
    account: () => known.account,
    tried: tried.promise,
    tryNow: () => pause.abort('now'),
    status: () => toStatus(kernel, settings, known),
    async run(signal) {
      for (let attempt = 1; !signal.aborted; attempt += 1) {
        // Asked for while this try goes on, the next one comes at once.
        pause = new AbortController();
        const failure = await serve(kernel, { settings, known, connected }, signal);
        tried.resolve();
        if (!failure) continue;
        const waiting = AbortSignal.any([signal, pause.signal]);
        await pauseAfter(kernel, { settings, known, attempt, ...failure }, waiting);
      }
      turn(kernel, { settings, known }, 'stopped');
    },
  };
}

/** The account is in another state: whoever looks at it is told. */
function turn(
  kernel: Kernel,
  { settings, known }: { readonly settings: ChannelSettings; readonly known: Known },
  state: ChannelState,
): void {
  known.state = state;
  const { channel, name: account } = settings;
  kernel.hub.publishGateway({ kind: 'channel', channel: channel.id, account, state });
}

function toStatus(
  { quietPlaces }: Kernel,
  { channel, name: account, marks }: ChannelSettings,
  known: Known,
): ChannelStatus {
  const { state, platformId, name } = known;
  const accountId = known.account?.accountId;
  const { id, ambiguity } = channel;
  const chats = quietPlaces.count(accountId);
  const remarks = [
    ...unknownMarks(channel, marks).map((emoji) => textFor('channel.no-emoji', { emoji })),
    ...(chats > 0 ? [textFor('channel.bots-quiet', { chats })] : []),
  ];
  const said = remarks.length > 0 ? remarks.join(' ') : undefined;
  const detail = known.detail ?? said;
  const hasLogin = channel.login !== undefined;
  return { channel: id, account, state, accountId, platformId, name, detail, ambiguity, hasLogin };
}

/** One connection from its beginning to its end; undefined where it ended because it was asked to. */
async function serve(
  kernel: Kernel,
  part: { settings: ChannelSettings; known: Known; connected: (account: ChannelAccount) => void },
  signal: AbortSignal,
): Promise<{ readonly error: unknown } | undefined> {
  const { settings, known, connected } = part;
  const { channel } = settings;
  try {
    const { platformId, name } = await channel.connect(signal);
    const place = { channel: channel.id, name: settings.name, platformId };
    const { accountId } = await kernel.store.journal.openAccount(place);
    Object.assign(known, { platformId, name, detail: undefined });
    const account: ChannelAccount = { ...settings, accountId };
    connected(account);
    sayUnknownMarks(kernel, account);
    turn(kernel, part, 'connected');
    if (kernel.channelMode === 'send-only') {
      await untilAborted(signal);
      return undefined;
    }
    const door = createChannelDoor(kernel, account, (row) => runControl(kernel, row));
    // Nobody waits for the menu.
    const published = publishMenu(kernel, account, signal);
    try {
      await channel.receive(door, signal);
    } finally {
      await published;
    }
    return undefined;
  } catch (error) {
    return signal.aborted ? undefined : { error };
  }
}

/** Tells why the connection was lost, and waits before the next one. */
async function pauseAfter(
  kernel: Kernel,
  part: { settings: ChannelSettings; known: Known; attempt: number; error: unknown },
  signal: AbortSignal,
): Promise<void> {
  const { settings, known, attempt, error } = part;
  const { code, message, hint } = toCuttleError(error);
  const isFinal = isCuttleError(error, 'channel.auth');
  known.detail = `${code}: ${message} ${hint}`;
  turn(kernel, part, isFinal ? 'failed' : 'reconnecting');
  const place = { channel: settings.channel.id, account: settings.name };
  kernel.log.warn('A channel lost its connection.', { ...place, error });
  const waitMs = isFinal ? refusedWaitMs : backoffMs(attempt + 1, kernel.random);
  await kernel.clock.sleep(waitMs, signal).catch(() => {}); // stopped, or asked to try now
}

/** A refused token may be mended on the platform's side; there is no hurry. */
const refusedWaitMs = 5 * 60_000;

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

async function publishMenu(
  kernel: Kernel,
  { channel: { menu, id }, access: { owners } }: ChannelAccount,
  signal: AbortSignal,
): Promise<void> {
  if (!menu) return;
  await menu.publish(toMenu(owners), signal).catch((error: unknown) => {
    if (signal.aborted) return;
    kernel.log.warn('The command menu could not be published.', { channel: id, error });
  });
}

/** A mark that is never set is said with each connection, not left to be missed. */
function sayUnknownMarks({ log }: Kernel, { channel, name: account, marks }: ChannelAccount): void {
  for (const emoji of unknownMarks(channel, marks))
    log.warn('The platform has no such reaction; it is never set.', {
      channel: channel.id,
      account,
      emoji,
    });
}
