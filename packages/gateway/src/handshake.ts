import type { Principal } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import { eventNames, methods, protocolVersion, type ResultOf } from '@cuttle/core-types/protocol';
import { z } from 'zod';
import type { Authenticator } from './authenticate.ts';
import type { GatewayDeps } from './gateway-deps.ts';
import { tickIntervalMs } from './keep-alive.ts';
import { mostBuffered } from './wire-frames.ts';

const connectParams = methods[0].params;

export interface Peer {
  /** Of the socket, never of a header. */
  readonly address: string;
  readonly cookie: string | undefined;
}

/** The answer to `connect`. Throws `request.invalid`, `protocol.version`, `access.unauthenticated` or `access.locked-out`. */
export async function shakeHands(
  { deps, authenticator }: { deps: GatewayDeps; authenticator: Authenticator },
  params: unknown,
  peer: Peer,
): Promise<{ readonly principal: Principal; readonly hello: ResultOf<'connect'> }> {
  const parsed = connectParams.safeParse(params ?? {});
  if (!parsed.success) throw new CuttleError('request.invalid', z.prettifyError(parsed.error));
  const { role, auth } = parsed.data;
  const protocol = chooseProtocol(parsed.data);
  const principal = await identify(authenticator, auth?.token, peer);
  return { principal, hello: toHello(deps, { protocol, role, principal }) };
}

function chooseProtocol({
  minProtocol,
  maxProtocol,
}: {
  minProtocol: number;
  maxProtocol: number;
}): number {
  const protocol = Math.min(maxProtocol, protocolVersion.max);
  if (protocol >= Math.max(minProtocol, protocolVersion.min)) return protocol;
  throw new CuttleError(
    'protocol.version',
    `This gateway speaks protocol ${protocolVersion.min} to ${protocolVersion.max}.`,
  );
}

/** By token where one is sent, else by the page's cookie. */
async function identify(
  authenticator: Authenticator,
  token: string | undefined,
  { address, cookie }: Peer,
): Promise<Principal> {
  const known =
    token === undefined && cookie !== undefined ? await authenticator.byCookie(cookie) : undefined;
  return known ?? authenticator.byToken(token ?? '', address);
}

function toHello(
  { facts, settings, store, newId }: GatewayDeps,
  { protocol, role, principal }: { protocol: number; role: string; principal: Principal },
): ResultOf<'connect'> {
  const { defaultAgentId, framesBytes } = settings();
  return {
    type: 'hello-ok',
    protocol,
    server: { name: 'cuttle', version: facts.version, connId: newId(), epoch: store.epoch },
    features: { methods: methods.map(({ name }) => name), events: [...eventNames] },
    snapshot: {
      agentId: defaultAgentId,
      model: facts.model().ref,
      mainSessionKey: `agent:${defaultAgentId}:main`,
      uptimeMs: facts.uptimeMs(),
    },
    auth: { role, scopes: principal.scopes },
    policy: { maxPayload: framesBytes, maxBufferedBytes: mostBuffered, tickIntervalMs },
  };
}
