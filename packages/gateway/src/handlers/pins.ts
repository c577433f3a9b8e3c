import type { PinRow } from '@cuttle/core-types/ports';
import type { PinReport } from '@cuttle/core-types/protocol';
import { agentOf, toSessionKey } from '@cuttle/sessions';
import type { GatewayDeps, Handlers } from '../gateway-deps.ts';
import { isoTime } from '../iso-time.ts';

const most = 1000;

export const pinHandlers: Pick<Handlers, 'pins.list' | 'pins.add' | 'pins.remove'> = {
  async 'pins.list'(deps, { params }) {
    const pins = await deps.store.reader.listPins({ ...placeOf(deps, params), limit: most });
    return { pins: pins.map(toReport) };
  },
  async 'pins.add'(deps, { params, caller }) {
    const place = placeOf(deps, params);
    const { text } = params;
    const by = caller.principal.id;
    return toReport(await deps.runtime.pinOrder({ sessionKey: undefined, ...place, text, by }));
  },
  async 'pins.remove'({ store }, { params, caller }) {
    const { pinId } = params;
    return { ok: await store.journal.removePin({ pinId, by: caller.principal.id }) };
  },
};

/** A session says which agent is meant, unless one is named. */
function placeOf(
  { settings }: GatewayDeps,
  named: { readonly agentId?: string | undefined; readonly sessionKey?: string | undefined },
): { readonly agentId: string; readonly sessionKey?: string } {
  const { defaultAgentId } = settings();
  const fallback = named.agentId ?? defaultAgentId;
  if (named.sessionKey === undefined) return { agentId: fallback };
  const sessionKey = toSessionKey(named.sessionKey, fallback);
  return { agentId: agentOf(sessionKey) ?? fallback, sessionKey };
}

function toReport({ pinId, agentId, sessionKey, text, by, createdAt }: PinRow): PinReport {
  return {
    pinId,
    agentId,
    ...(sessionKey !== undefined && { sessionKey }),
    text,
    by,
    createdAt: isoTime(createdAt),
  };
}
