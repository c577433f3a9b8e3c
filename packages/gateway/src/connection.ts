import type { Principal } from '@cuttle/core-types';
import { CuttleError, toCuttleError, toErrorBody } from '@cuttle/core-types/errors';
import { eventNames, methods, protocolVersion, RequestFrame } from '@cuttle/core-types/protocol';
import { parseJson } from '@cuttle/core-types';
import { z } from 'zod';
import { type Authenticator } from './authenticate.ts';
import { callMethod } from './call-method.ts';
import type { FanOut, Subscriber } from './fan-out.ts';
import type { Caller, CallerListener, GatewayDeps, Handlers } from './gateway-deps.ts';

/** The socket below a connection, whatever library it comes from. */
export interface Wire {
  send(text: string): void;
  close(code: number, reason: string): void;
  /** Bytes that were given to `send` and not yet to the network. */
  buffered(): number;
}
export interface Connection {
  onText(text: string): void;
  onClose(): void;
}
export interface ConnectionDeps {
  readonly deps: GatewayDeps;
  readonly handlers: Handlers;
  readonly fanOut: FanOut;
  readonly authenticator: Authenticator;
}

/** A reader that falls so far behind is dropped and resumes from its cursor. */
const mostBuffered = 4 * 1024 * 1024;
const handshakeMs = 10_000;
const mostBadFrames = 20;
/** Calls of one connection at once. */
const mostCalls = 64;

const connectParams = methods[0].params;

/** One WebSocket connection: handshake, calls, events. Nothing that arrives makes it throw. */
export function createConnection(
  { deps, handlers, fanOut, authenticator }: ConnectionDeps,
  { wire, address, cookie }: { wire: Wire; address: string; cookie: string | undefined },
): Connection {
  const closed = new AbortController();
  let seq = 0;
  let principal: Principal | undefined;
  let badFrames = 0;
  let calls = 0;

  const sendEvent = (event: string, payloadJson: string): void => {
    if (closed.signal.aborted) return;
    if (wire.buffered() > mostBuffered) return wire.close(4008, 'slow reader');
    seq += 1;
    wire.send(
      `{"type":"event","event":${JSON.stringify(event)},"seq":${seq},"payload":${payloadJson}}`,
    );
  };
  const subscriber: Subscriber = { send: sendEvent };
  const listener: CallerListener = {
    follow: (sessionKey) => fanOut.follow(subscriber, sessionKey),
    setAll: (all) => fanOut.followAll(subscriber, all),
    setFollowed(sessionKeys) {
      fanOut.unfollow(subscriber);
      for (const sessionKey of sessionKeys) fanOut.follow(subscriber, sessionKey);
    },
    send: (event, payload) => sendEvent(event, JSON.stringify(payload)),
  };
  const respond = (id: string, payload: unknown): void => {
    if (!closed.signal.aborted) wire.send(JSON.stringify({ type: 'res', id, ok: true, payload }));
  };
  const refuse = (id: string, error: unknown): void => {
    const { code, traits } = toCuttleError(error);
    if (!traits.expose) deps.log.error('A method failed.', { error, code });
    if (!closed.signal.aborted)
      wire.send(JSON.stringify({ type: 'res', id, ok: false, error: toErrorBody(error) }));
  };

  const shake = async ({ id, params }: RequestFrame): Promise<void> => {
    const parsed = connectParams.safeParse(params ?? {});
    if (!parsed.success) throw new CuttleError('request.invalid', z.prettifyError(parsed.error));
    const { minProtocol, maxProtocol, role, auth } = parsed.data;
    const protocol = Math.min(maxProtocol, protocolVersion.max);
    if (protocol < Math.max(minProtocol, protocolVersion.min))
      throw new CuttleError(
        'protocol.version',
        `This gateway speaks protocol ${protocolVersion.min} to ${protocolVersion.max}.`,
      );
    const who =
      (auth?.token === undefined &&
        cookie !== undefined &&
        (await authenticator.byCookie(cookie))) ||
      (await authenticator.byToken(auth?.token ?? '', address));
    principal = who;
    const { facts, settings, store } = deps;
    const { defaultAgentId, framesBytes } = settings();
    respond(id, {
      type: 'hello-ok',
      protocol,
      server: { name: 'cuttle', version: facts.version, connId: deps.newId(), epoch: store.epoch },
      features: { methods: methods.map(({ name }) => name), events: [...eventNames] },
      snapshot: {
        agentId: defaultAgentId,
        model: facts.model().ref,
        mainSessionKey: `agent:${defaultAgentId}:main`,
        uptimeMs: facts.uptimeMs(),
      },
      auth: { role, scopes: who.scopes },
      policy: { maxPayload: framesBytes, maxBufferedBytes: mostBuffered, tickIntervalMs: 30_000 },
    });
  };
  const call = async (frame: RequestFrame, who: Principal): Promise<void> => {
    if (calls >= mostCalls)
      throw new CuttleError('request.rate-limited', 'Too many calls of this connection are open.', {
        retryAfterMs: 100,
      });
    calls += 1;
    try {
      const caller: Caller = { principal: who, door: 'web', listener };
      respond(
        frame.id,
        await callMethod(
          deps,
          { name: frame.method, params: frame.params, caller, handlers },
          closed.signal,
        ),
      );
    } finally {
      calls -= 1;
    }
  };
  const onFrame = async (frame: RequestFrame): Promise<void> => {
    try {
      if (principal) await call(frame, principal);
      else if (frame.method === 'connect') await shake(frame);
      else
        throw new CuttleError(
          'access.unauthenticated',
          'The first request of a connection is `connect`.',
        );
    } catch (error) {
      if (closed.signal.aborted) return;
      refuse(frame.id, error);
      if (!principal) wire.close(4401, toCuttleError(error).code);
    }
  };

  const shaken = (): void => {
    if (!principal) wire.close(4401, 'no handshake');
  };
  void deps.clock.sleep(handshakeMs, closed.signal).then(shaken, () => {}); // closed before
  return {
    onText(text) {
      let frame: RequestFrame;
      try {
        frame = parseJson(RequestFrame, text);
      } catch (error) {
        badFrames += 1;
        refuse(findId(text), error);
        if (badFrames >= mostBadFrames || !principal) wire.close(4400, 'malformed frames');
        return;
      }
      void onFrame(frame); // never rejects
    },
    onClose() {
      closed.abort(new CuttleError('gateway.not-running', 'The connection was closed.'));
      fanOut.unfollow(subscriber);
    },
  };
}

/** The id of a frame that is not one, so that its sender can tell which. */
function findId(text: string): string {
  return /"id"\s*:\s*"([^"\\]{1,200})"/.exec(text.slice(0, 4096))?.[1] ?? '';
}
