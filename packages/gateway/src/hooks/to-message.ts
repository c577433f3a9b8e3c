import type { Principal, RunWishes } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import { textFor } from '@cuttle/core-types/texts';
import type { PullMessage } from '@cuttle/runtime';
import { taintOf } from '@cuttle/security/policy';
import type { GatewayDeps } from '../gateway-deps.ts';
import type { AgentHook, WakeHook } from './wire.ts';

interface Sender {
  readonly principal: Principal;
  /** The program's own idempotency key. */
  readonly key: string | undefined;
}

/** Throws `request.invalid`, `request.unsupported` or `model.unknown`. */
export function toAgentMessage(
  deps: GatewayDeps,
  hook: AgentHook,
  { principal, key = deps.newId() }: Sender,
): PullMessage {
  refuseLater(hook.wakeMode);
  const { agentId, message, name, sessionKey = key } = hook;
  if (agentId !== undefined && !deps.settings().agentIds.includes(agentId))
    throw new CuttleError('request.invalid', `agentId: there is no agent "${agentId}".`);
  return {
    ...standing(deps, principal),
    key: `agent:${key}`,
    // Its sessions lie apart: what another program says is not mixed into what the owner said.
    sessionName: `hook:${sessionKey}`,
    agentId,
    body: {
      v: 1,
      parts: [],
      messages: [said(message, name)],
      wishes: toWishes(deps, hook),
    },
    deliverTo: toPlace(hook),
  };
}

/** Throws `request.unsupported`. */
export function toWakeMessage(
  deps: GatewayDeps,
  { text, mode }: WakeHook,
  { principal, key = deps.newId() }: Sender,
): PullMessage {
  refuseLater(mode);
  return {
    ...standing(deps, principal),
    key: `wake:${key}`,
    sessionName: 'main',
    body: { v: 1, parts: [], messages: [said(textFor('hook.event', { text }))] },
  };
}

/** A message in whole, so that no command is read in it; in its turn, so that it ends nobody's run. */
function standing(
  { doors }: GatewayDeps,
  principal: Principal,
): Pick<PullMessage, 'door' | 'principal' | 'provenance' | 'taint' | 'mode' | 'stateless'> {
  const provenance = { door: 'hook', accountId: doors.http, trust: 'guest' } as const;
  const taint = taintOf(provenance, 'pull');
  return { door: 'hook', principal, provenance, taint, mode: 'followup', stateless: false };
}

function said(text: string, name?: string): NonNullable<PullMessage['body']['messages']>[number] {
  const parts = [{ type: 'text' as const, text }];
  return { role: 'user', parts, ...(name !== undefined && { name }) };
}

function toWishes(
  { resolveModel }: GatewayDeps,
  { model, thinking, timeoutSeconds }: AgentHook,
): RunWishes {
  return {
    ...(model !== undefined && { model: resolveModel(model) }),
    ...(thinking !== undefined && { thinking }),
    ...(timeoutSeconds !== undefined && { maxWallMs: timeoutSeconds * 1000 }),
  };
}

function toPlace({ deliver, channel, to }: AgentHook): PullMessage['deliverTo'] {
  if (!(deliver ?? to !== undefined)) return undefined;
  if (channel === undefined || to === undefined)
    throw new CuttleError('request.invalid', 'An answer is delivered where channel and to say.');
  const [id = '', ...account] = channel.split(':');
  return { channel: id, account: account.length > 0 ? account.join(':') : undefined, to };
}

function refuseLater(mode: WakeHook['mode']): void {
  if (mode === 'next-heartbeat')
    throw new CuttleError('request.unsupported', 'There are no heartbeats yet; say "now".');
}
