import { CuttleError, isCuttleError } from '@cuttle/core-types/errors';
import type { Door } from '@cuttle/core-types/ports';
import { z } from 'zod';
import { pauseAfter } from '../retry.ts';
import type { SlackApi } from './api.ts';
import { type CatchUp, type CatchUpDeps, type Listening, withCatchUp } from './catch-up.ts';
import { eventIdOf, type Payload } from './intake.ts';
import type { SlackOptions } from './options.ts';
import { slackWordOf } from './slack-failure.ts';
import { runSocket, type SocketEnd } from './socket.ts';

export interface ReceiveDeps extends CatchUpDeps {
  /** With the app-level token. */
  readonly appApi: SlackApi;
  readonly options: Pick<SlackOptions, 'apiUrl' | 'backfillHours'>;
}

/** Slack pings about every ten seconds. */
const silenceMs = 30_000;
/** Payloads that wait for the door; with more the connection is left until they are stored. */
const maxPending = 2000;
const maxStored = 2000;
const says = 'Receiving from Slack failed; it is tried again.';

interface State {
  readonly deps: ReceiveDeps;
  readonly door: Door;
  readonly signal: AbortSignal;
  readonly catchUp: CatchUp;
  /** By what Slack calls each: a repetition waits with the first. */
  readonly pending: Map<string, Promise<void>>;
  /** What was stored, and by which connection it came: its acknowledgement may have been lost with that one. */
  readonly stored: Map<string, number>;
  /** Connections that were begun. */
  connections: number;
  /** A greeting came since the last failure. */
  isWell: boolean;
}

/**
 * Receives by Socket Mode. A payload is acknowledged after it is stored, over the connection it came by; where that is gone,
 * Slack brings it again and it is recognised. What Slack brings no more is read from the channels.
 */
export function receiveBySocket(
  deps: ReceiveDeps,
  door: Door,
  signal: AbortSignal,
): Promise<never> {
  const maps = { pending: new Map(), stored: new Map() };
  const listen: Listening = (catchUp, inner) =>
    stayConnected({ deps, door, signal: inner, catchUp, ...maps, connections: 0, isWell: false });
  return withCatchUp(deps, { door, listen }, signal);
}

async function stayConnected(state: State): Promise<never> {
  const { deps, signal } = state;
  for (let failures = 0; ;) {
    try {
      const end = await connect(state);
      failures = state.isWell ? 0 : failures;
      if (end.asked && state.isWell) continue;
      throw new CuttleError('channel.unavailable', `The connection to Slack ended: ${end.reason}.`);
    } catch (error) {
      signal.throwIfAborted();
      if (isCuttleError(error, 'channel.auth')) throw error;
      failures = (state.isWell ? 0 : failures) + 1;
      await pauseAfter(deps, { error, failures, says }, signal);
    }
  }
}

async function connect(state: State): Promise<SocketEnd> {
  const { deps, signal, pending } = state;
  state.isWell = false;
  if (pending.size > maxPending) await deps.intake.lanes.idle();
  const url = await openUrl(deps, signal);
  const number = (state.connections += 1);
  const full = new AbortController();
  const connection = {
    url,
    silenceMs,
    onReady() {
      state.isWell = true;
      state.catchUp.connected();
    },
    onPayload(payload: Payload): Promise<void> {
      if (pending.size > maxPending) full.abort('full');
      return take(state, payload, number);
    },
  };
  try {
    return await runSocket(connection, AbortSignal.any([signal, full.signal]));
  } catch (error) {
    if (!full.signal.aborted || signal.aborted) throw error;
    return { reason: 'too much waits to be stored', asked: true };
  } finally {
    if (wasWell(state)) state.catchUp.disconnected();
  }
}

/** Frames set it while a connection is awaited. */
function wasWell(state: State): boolean {
  return state.isWell;
}

function take(state: State, payload: Payload, connection: number): Promise<void> {
  const { deps, door, signal, pending, stored, catchUp } = state;
  const id = eventIdOf(payload);
  if (id === undefined) return deps.intake.takePatiently(payload, door, signal);
  const before = stored.get(id);
  if (before !== undefined && before !== connection) return Promise.resolve();
  const waiting = pending.get(id);
  if (waiting !== undefined) return waiting;
  const done = catchUp.heard(payload);
  const taking = deps.intake.takePatiently(payload, door, signal);
  pending.set(id, taking);
  const settle = async (): Promise<void> => {
    const [outcome] = await Promise.allSettled([taking]);
    pending.delete(id);
    if (outcome.status !== 'fulfilled') return;
    remember(stored, id, connection);
    done();
  };
  void settle();
  return taking;
}

function remember(stored: State['stored'], id: string, connection: number): void {
  stored.set(id, connection);
  const [oldest] = stored.keys();
  if (stored.size > maxStored && oldest !== undefined) stored.delete(oldest);
}

const WireUrl = z.looseObject({ url: z.string() });

/** https://docs.slack.dev/reference/methods/apps.connections.open */
async function openUrl({ appApi, options }: ReceiveDeps, signal: AbortSignal): Promise<string> {
  const url = await askUrl(appApi, signal);
  const isOpen = options.apiUrl.startsWith('http:');
  if (url.startsWith('wss://') || (isOpen && url.startsWith('ws://'))) return url;
  throw new CuttleError('channel.unavailable', 'Slack named no address of a connection.');
}

async function askUrl(api: SlackApi, signal: AbortSignal): Promise<string> {
  try {
    return WireUrl.parse(await api.call('apps.connections.open', {}, signal)).url;
  } catch (error) {
    signal.throwIfAborted();
    const word = slackWordOf(error);
    if (word !== 'missing_scope' && !word.includes('socket_mode')) throw error;
    throw new CuttleError('channel.auth', `Slack opens no connection for this app (${word}).`, {
      hint: 'Give the app-level token connections:write, and switch Socket Mode on in the settings of the app.',
    });
  }
}
