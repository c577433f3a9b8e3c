import type { MethodName } from '@cuttle/core-types/protocol';
import { CuttleError } from '@cuttle/core-types/errors';
import { type AttemptDeps, connectOnce } from './attempt.ts';
import { type Backoff, backoffMs } from './backoff.ts';
import { type Call, type Calls, isRepeatable } from './calls.ts';
import { type ClientState, closedError, type Hello, untilOpen } from './client-state.ts';
import { requestText } from './frame.ts';
import type { Subject } from './observable.ts';
import type { OpenSocket } from './socket.ts';

export interface ConnectionDeps extends AttemptDeps {
  readonly random: () => number;
  readonly reconnect: 'always' | 'never';
  readonly backoff: Backoff;
  readonly calls: Calls;
  readonly state: Subject<ClientState>;
}

export interface Connection {
  start(): void;
  open(signal: AbortSignal): Promise<Hello>;
  send(call: Call): boolean;
  /** Why a call cannot even be queued now. */
  refusal(method: MethodName, params: unknown): CuttleError | undefined;
  /** `events.subscribe` holds for one connection: it is said again on the next. */
  keepSubscription(params: unknown): void;
  hurry(): void;
  close(): void;
}

export function keepConnected(deps: ConnectionDeps): Connection {
  const { state, calls } = deps;
  const closing = new AbortController();
  const outlet = createOutlet();
  const pause = createPause(deps.clock, closing.signal);
  let started = false;

  const finish = (error: CuttleError | undefined): void => {
    if (state.current.status === 'closed') return;
    const closed: ClientState = { status: 'closed', error };
    outlet.detach();
    closing.abort();
    calls.rejectAll(closedError(closed));
    state.put(closed);
  };
  const open = (socket: OpenSocket, hello: Hello): void => {
    outlet.attach(socket, hello.policy.maxPayload);
    // Followers resume in their listener, before anything that could make new events is sent again.
    state.put({ status: 'open', hello });
    calls.sendAll();
  };
  const run = async (): Promise<void> => {
    for (let attempt = 1; state.current.status !== 'closed'; attempt += 1) {
      state.put({ status: 'connecting', attempt });
      const { error, opened } = await connectOnce(deps, { open }, closing.signal);
      outlet.detach();
      if (closing.signal.aborted) return;
      if (opened) attempt = 1;
      calls.drop(error);
      if (deps.reconnect === 'never' || isFinal(error)) {
        finish(error);
        return;
      }
      const wait = backoffMs(attempt, deps.backoff, deps.random);
      const retryInMs = Math.max(wait, error.retryAfterMs ?? 0);
      state.put({ status: 'waiting', attempt, retryInMs, error });
      await pause.wait(retryInMs);
    }
  };
  const start = (): void => {
    if (started) return;
    started = true;
    run().catch((error: unknown) =>
      finish(new CuttleError('internal', 'The client failed.', { cause: error })),
    );
  };
  return {
    start,
    async open(signal) {
      start();
      return untilOpen(state, signal);
    },
    send: (call) => outlet.send(call),
    refusal: (method, params) => refusalOf(state.current, method, params),
    keepSubscription: (params) => outlet.keepSubscription(params),
    hurry: () => pause.end(),
    close: () => finish(undefined),
  };
}

function refusalOf(now: ClientState, method: MethodName, params: unknown): CuttleError | undefined {
  return now.status === 'waiting' && !isRepeatable(method, params) ? now.error : closedError(now);
}

/** What no second attempt with the same options mends. */
function isFinal({ code, traits }: CuttleError): boolean {
  if (traits.retryable) return false;
  return code.startsWith('access.') || code.startsWith('protocol.') || code === 'request.invalid';
}

/** Where texts go out: the present socket, if there is one. */
interface Outlet {
  attach(socket: OpenSocket, maxBytes: number): void;
  detach(): void;
  send(call: Call): boolean;
  keepSubscription(params: unknown): void;
}

function createOutlet(): Outlet {
  let live: { socket: OpenSocket; maxBytes: number } | undefined;
  let subscription: unknown;
  return {
    attach(socket, maxBytes) {
      live = { socket, maxBytes };
      if (subscription !== undefined)
        socket.send(requestText('subscribe', 'events.subscribe', subscription));
    },
    detach() {
      live = undefined;
    },
    send({ text }) {
      if (!live) return false;
      if (utf8Length(text) > live.maxBytes)
        throw new CuttleError(
          'request.too-large',
          `The gateway takes ${live.maxBytes} bytes at once.`,
        );
      live.socket.send(text);
      return true;
    },
    keepSubscription(params) {
      subscription = params;
    },
  };
}

/** A wait that somebody may end. */
function createPause(
  clock: AttemptDeps['clock'],
  closing: AbortSignal,
): { wait(ms: number): Promise<void>; end(): void } {
  let early = new AbortController();
  return {
    async wait(ms) {
      early = new AbortController();
      const signal = AbortSignal.any([early.signal, closing]);
      try {
        await clock.sleep(ms, signal);
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    },
    end: () => early.abort(),
  };
}

function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}
