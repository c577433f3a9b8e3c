import type { MethodName, ParamsOf, ResultOf } from '@cuttle/core-types/protocol';
import type { Clock } from '@cuttle/core-types/ports';
import { createCalls } from './calls.ts';
import { type Backoff, platformRandom, platformSleep } from './backoff.ts';
import { type ClientEvents, createEvents, type EventName } from './events.ts';
import { createFollow, type Follow, type FollowOptions } from './follow.ts';
import type { ClientState, Hello } from './client-state.ts';
import { keepConnected } from './connection.ts';
import { createSubject, type Observable } from './observable.ts';
import type { SocketConstructor } from './socket.ts';
import { toSocketUrl } from './socket-url.ts';

export interface ClientOptions {
  /** `ws://host/ws`, or the gateway's `http://` address. */
  readonly url: string;
  /** Left out in a browser that logged in: its cookie is sent by itself. */
  readonly token?: string | undefined;
  readonly client: ClientInfo;
  /** What to ask for; the gateway may grant less. Default: everything of an operator. */
  readonly scopes?: readonly string[];
  /** Whether a lost connection is opened again. With `never` the first loss closes the client. Default `always`. */
  readonly reconnect?: 'always' | 'never';
  /** Default 250 ms, doubling to 15 s. */
  readonly backoff?: Backoff;
  /** How long an attempt to connect may take. Default 10 s. */
  readonly connectTimeoutMs?: number;
  /** Default: the platform's own. */
  readonly WebSocket?: SocketConstructor;
  readonly clock?: Pick<Clock, 'sleep'>;
  /** A number in [0, 1) for the jitter. */
  readonly random?: () => number;
  /** Gets what a listener throws. Default: thrown where nothing catches it, as listeners of the platform do. */
  readonly report?: (error: unknown) => void;
}
export interface ClientInfo {
  readonly id: string;
  readonly version: string;
  /** `node`, `web`, … */
  readonly platform: string;
  /** `cli`, `webchat`, … */
  readonly mode: string;
}

/**
 * One connection to a gateway, opened by the first `connect`, `call` or `follow` and kept up until `close`. Contract:
 * - a call rejects with the gateway's own `CuttleError`, with `signal.reason` soon after an abort, or with `gateway.not-running` when the connection is
 *   lost before the answer; reads and calls with an idempotency key are then sent again instead, on the next connection;
 * - events come in the gateway's order; a listener that throws harms nobody else;
 * - after a refusal that no retry mends (wrong token, no common protocol version) it is `closed`, and says why in `state`.
 */
export interface Client extends Disposable {
  readonly state: Observable<ClientState>;
  /** Resolves when the connection is open; rejects when the client is closed, or with `signal.reason`. */
  connect(signal: AbortSignal): Promise<Hello>;
  call<Name extends MethodName>(
    method: Name,
    params: ParamsOf<Name>,
    signal: AbortSignal,
  ): Promise<ResultOf<Name>>;
  /** Returns how to stop. */
  on<Name extends EventName>(
    event: Name,
    listener: (payload: ClientEvents[Name]) => void,
  ): () => void;
  /** A session as it stands and goes on, over drops too. Ends with `signal` or with the client. */
  follow(sessionKey: string, options: FollowOptions, signal: AbortSignal): Follow;
  /** Ends the wait before the next attempt: the network is back, the page is visible again. */
  retryNow(): void;
  close(): void;
}

export function createClient(options: ClientOptions): Client {
  const report = options.report ?? throwLater;
  const clock = options.clock ?? { sleep: platformSleep };
  const random = options.random ?? platformRandom;
  const events = createEvents(report);
  const state = createSubject<ClientState>({ status: 'idle' }, report);
  const calls = createCalls((call) => connection.send(call));
  const connection = keepConnected({
    url: toSocketUrl(options.url),
    WebSocket: options.WebSocket ?? globalThis.WebSocket,
    params: connectParams(options),
    clock,
    random,
    reconnect: options.reconnect ?? 'always',
    backoff: options.backoff ?? { firstMs: 250, maxMs: 15_000 },
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    calls,
    events,
    state,
  });

  const client: Client = {
    state,
    connect: (signal) => connection.open(signal),
    async call(method, params, signal) {
      signal.throwIfAborted();
      connection.start();
      const refused = connection.refusal(method, params);
      if (refused) throw refused;
      const payload = await calls.add(method, params, signal);
      if (method === 'events.subscribe') connection.keepSubscription(params);
      // The gateway makes results from the same table as this type; parsing again would bring zod into the page.
      return payload as ResultOf<typeof method>;
    },
    on: (event, listener) => events.on(event, listener),
    follow(sessionKey, followOptions, signal) {
      connection.start();
      return createFollow(
        { client, events, clock, random, report },
        { sessionKey, ...followOptions },
        signal,
      );
    },
    retryNow: () => connection.hurry(),
    close: () => connection.close(),
    [Symbol.dispose]: () => connection.close(),
  };
  return client;
}

function connectParams({ client, token, scopes }: ClientOptions): ParamsOf<'connect'> {
  return {
    minProtocol: 1,
    maxProtocol: 4,
    client: { ...client },
    role: 'operator',
    scopes: [...(scopes ?? ['operator.admin', 'operator.pairing'])],
    ...(token !== undefined && { auth: { token } }),
  };
}

function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
