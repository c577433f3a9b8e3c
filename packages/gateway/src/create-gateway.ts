import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Principal } from '@cuttle/core-types';
import type { MethodName, ParamsOf, ResultOf } from '@cuttle/core-types/protocol';
import type { GatewayUpdate } from '@cuttle/runtime';
import { createAuthenticator, ownerPrincipal } from './authenticate.ts';
import { callMethod } from './call-method.ts';
import { createFanOut } from './fan-out.ts';
import type { GatewayDeps, Handlers } from './gateway-deps.ts';
import { accessHandlers } from './handlers/access.ts';
import { agentHandlers } from './handlers/agents.ts';
import { contextHandlers } from './handlers/context.ts';
import { createChatHandlers } from './handlers/chat.ts';
import { createGatewayHandlers } from './handlers/gateway.ts';
import { createUsageHandlers } from './handlers/usage.ts';
import { channelHandlers } from './handlers/channels.ts';
import { wakeHandlers } from './handlers/wake.ts';
import { messageHandlers } from './handlers/messages.ts';
import { pinHandlers } from './handlers/pins.ts';
import { createRootHandlers } from './handlers/root.ts';
import { privacyHandlers } from './handlers/privacy.ts';
import { personHandlers } from './handlers/persons.ts';
import { recordsHandlers } from './handlers/records.ts';
import { sessionHandlers } from './handlers/sessions.ts';
import { subagentHandlers } from './handlers/subagents.ts';
import { createWorkerHandlers } from './handlers/workers.ts';
import { wholeSessionHandlers } from './handlers/whole-sessions.ts';
import { createHttpApp, type HttpEnv } from './http-app.ts';
import { createInOrder } from './in-order.ts';
import { completionForm } from './openai/completion-form.ts';
import { createCompletionsDoor } from './openai/completions-route.ts';
import { responseForm } from './openai/response-form.ts';
import { createSocketServer, type SocketServer } from './socket-server.ts';

/** The gateway's doors: HTTP, WebSocket, and calls from the program it runs in. */
export interface Gateway {
  fetch(request: Request, env: HttpEnv['Bindings']): Response | Promise<Response>;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** A method without a socket, as the owner unless said otherwise. Throws like the method. */
  call<Name extends MethodName>(
    name: Name,
    params: ParamsOf<Name>,
    options?: { principal?: Principal; signal?: AbortSignal },
  ): Promise<ResultOf<Name>>;
  connections(): number;
  /** Tells every client. */
  broadcast: SocketServer['broadcast'];
  close(): void;
}

export function createGateway(deps: GatewayDeps): Gateway {
  const { runtime, clock, store } = deps;
  const authenticator = createAuthenticator(deps);
  const fanOut = createFanOut({ hub: runtime.hub, clock, epoch: store.epoch });
  const handlers: Handlers = {
    ...createChatHandlers(createInOrder()),
    ...sessionHandlers,
    ...agentHandlers,
    ...wholeSessionHandlers,
    ...personHandlers,
    ...privacyHandlers,
    ...recordsHandlers,
    ...pinHandlers,
    ...contextHandlers,
    ...wakeHandlers,
    ...messageHandlers,
    ...subagentHandlers,
    ...createWorkerHandlers(),
    ...channelHandlers,
    ...accessHandlers,
    ...createRootHandlers(deps.root),
    ...createUsageHandlers(),
    ...createGatewayHandlers({
      connections: () => sockets.connections(),
      makeCode: ({ principal }) => authenticator.makeCode(principal),
    }),
  };
  const sockets = createSocketServer({ deps, handlers, fanOut, authenticator });
  const stopTelling = runtime.hub.subscribe({
    gateway: (update) => tellGateway(sockets.broadcast, update),
    hears: () => false,
  });
  const completions = createCompletionsDoor({ deps, fanOut }, completionForm);
  const responses = createCompletionsDoor({ deps, fanOut }, responseForm);
  const app = createHttpApp({
    deps,
    handlers,
    authenticator,
    completions,
    responses,
    connections: () => sockets.connections(),
  });
  return {
    fetch: (request, env) => app.fetch(request, env),
    upgrade: (request, socket, head) => sockets.upgrade(request, socket, head),
    async call(name, params, options = {}) {
      const caller = { principal: options.principal ?? ownerPrincipal, door: 'embedded' as const };
      const signal = options.signal ?? new AbortController().signal;
      const result = await callMethod(deps, { name, params, caller, handlers }, signal);
      return result as ResultOf<typeof name>; // the handler of this name returned it
    },
    connections: () => sockets.connections(),
    broadcast: sockets.broadcast,
    close() {
      fanOut.stop();
      stopTelling();
      sockets.close();
    },
  };
}

/** What belongs to no session is told to all who may know it. */
function tellGateway(broadcast: SocketServer['broadcast'], update: GatewayUpdate): void {
  if (update.kind === 'pairing') return broadcast('pairing.changed', {});
  const { channel, account, state } = update;
  broadcast('channels.changed', { channel, account, state });
}
