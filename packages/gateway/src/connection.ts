import type { Principal, Scope } from '@cuttle/core-types';
import { CuttleError, toCuttleError } from '@cuttle/core-types/errors';
import { type BroadcastName, RequestFrame } from '@cuttle/core-types/protocol';
import { parseJson } from '@cuttle/core-types';
import { authorise } from '@cuttle/security/policy';
import type { Authenticator } from './authenticate.ts';
import { callMethod } from './call-method.ts';
import type { FanOut } from './fan-out.ts';
import type { Subscriber } from './followers.ts';
import type { Caller, CallerListener, GatewayDeps, Handlers } from './gateway-deps.ts';
import { type Peer, shakeHands } from './handshake.ts';
import { createFrameWriter, type FrameWriter, type Wire } from './wire-frames.ts';

export interface Connection {
  onText(text: string): void;
  /** An event for all who may read of it; `payloadJson` is made once for all. */
  tell(event: BroadcastName, payloadJson: string): void;
  onClose(): void;
}
export interface ConnectionDeps {
  readonly deps: GatewayDeps;
  readonly handlers: Handlers;
  readonly fanOut: FanOut;
  readonly authenticator: Authenticator;
}

const handshakeMs = 10_000;
const mostBadFrames = 20;
/** Calls of one connection at once. */
const mostCalls = 64;

/** One WebSocket connection: handshake, calls, events. Nothing that arrives makes it throw. */
export function createConnection(
  parts: ConnectionDeps,
  { wire, ...peer }: Peer & { readonly wire: Wire },
): Connection {
  const { deps, fanOut } = parts;
  const closed = new AbortController();
  const frames = createFrameWriter({ wire, log: deps.log }, closed.signal);
  const subscriber: Subscriber = { send: (event, json) => frames.sendEvent(event, json) };
  const call = createCaller(parts, { frames, listener: toListener(fanOut, subscriber, frames) });
  let principal: Principal | undefined;
  let handshake: Promise<Principal> | undefined;
  let badFrames = 0;

  const shake = async ({ id, params }: RequestFrame): Promise<Principal> => {
    const shaken = await shakeHands(parts, params, peer);
    principal = shaken.principal;
    frames.respond(id, shaken.hello);
    return principal;
  };
  const answer = async (frame: RequestFrame): Promise<void> => {
    // Calls that were sent right behind `connect` wait for its end.
    if (handshake) return call(frame, principal ?? (await handshake), closed.signal);
    if (frame.method !== 'connect') throw notConnected();
    handshake = shake(frame);
    await handshake;
  };
  const onFrame = async (frame: RequestFrame): Promise<void> => {
    try {
      await answer(frame);
    } catch (error) {
      frames.refuse(frame.id, error);
      if (!principal) wire.close(4401, toCuttleError(error).code);
    }
  };
  const onBadFrame = (text: string, error: unknown): void => {
    badFrames += 1;
    frames.refuse(findId(text), error);
    if (badFrames >= mostBadFrames || !principal) wire.close(4400, 'malformed frames');
  };
  const late = (): void => {
    if (!principal) wire.close(4401, 'no handshake');
  };
  void deps.clock.sleep(handshakeMs, closed.signal).then(late, () => {}); // closed before
  return {
    onText(text) {
      let frame: RequestFrame;
      try {
        frame = parseJson(RequestFrame, text);
      } catch (error) {
        return onBadFrame(text, error);
      }
      void onFrame(frame); // never rejects
    },
    tell(event, payloadJson) {
      if (principal && mayHear(principal, event)) frames.sendEvent(event, payloadJson);
    },
    onClose() {
      closed.abort(new CuttleError('gateway.not-running', 'The connection was closed.'));
      fanOut.unfollow(subscriber);
    },
  };
}

/** What tells of it to who asks; absent: everybody is told. */
const toldBy: Partial<Record<BroadcastName, { readonly name: string; readonly scope: Scope }>> = {
  'config.changed': { name: 'config.get', scope: 'operator.read' },
  'channels.changed': { name: 'channels.status', scope: 'operator.read' },
  'pairing.changed': { name: 'pairing.list', scope: 'operator.pairing' },
};

/** Who asks and who is told see the same. */
function mayHear(principal: Principal, event: BroadcastName): boolean {
  const method = toldBy[event];
  return (
    !method || authorise(principal, 'method.call', { kind: 'method', ...method }).kind === 'allow'
  );
}

function notConnected(): CuttleError {
  return new CuttleError(
    'access.unauthenticated',
    'The first request of a connection is `connect`.',
  );
}

/** Answers a connection's calls, a bounded number at once. */
function createCaller(
  { deps, handlers }: ConnectionDeps,
  { frames, listener }: { frames: FrameWriter; listener: CallerListener },
): (frame: RequestFrame, principal: Principal, signal: AbortSignal) => Promise<void> {
  let calls = 0;
  return async ({ id, method: name, params }, principal, signal) => {
    if (calls >= mostCalls)
      throw new CuttleError('request.rate-limited', 'Too many calls of this connection are open.', {
        retryAfterMs: 100,
      });
    calls += 1;
    try {
      const caller: Caller = { principal, door: 'web', listener };
      frames.respond(id, await callMethod(deps, { name, params, caller, handlers }, signal));
    } finally {
      calls -= 1;
    }
  };
}

function toListener(fanOut: FanOut, subscriber: Subscriber, frames: FrameWriter): CallerListener {
  return {
    follow: (sessionKey) => fanOut.follow(subscriber, sessionKey),
    catchUp: (sessionKey) => fanOut.catchUp(subscriber, sessionKey),
    setAll: (all) => fanOut.followAll(subscriber, all),
    setFollowed(sessionKeys) {
      fanOut.unfollow(subscriber);
      for (const sessionKey of sessionKeys) fanOut.follow(subscriber, sessionKey);
    },
    send: (event, payload) => frames.sendEvent(event, JSON.stringify(payload)),
    keepsUp: () => frames.keepsUp(),
  };
}

/** The id of a frame that is not one, so that its sender can tell which. */
function findId(text: string): string {
  return /"id"\s*:\s*"([^"\\]{1,200})"/.exec(text.slice(0, 4096))?.[1] ?? '';
}
