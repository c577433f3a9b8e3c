import type { SessionRow } from '@cuttle/core-types/ports';
import type { SessionSummary } from '@cuttle/core-types/protocol';
import { CuttleError } from '@cuttle/core-types/errors';
import { agentOf, toSessionKey } from '@cuttle/sessions';
import { taintOf } from '@cuttle/security/policy';
import type { GatewayDeps, Handlers } from '../gateway-deps.ts';
import { isoTime } from '../iso-time.ts';

export const sessionHandlers: Pick<
  Handlers,
  'sessions.list' | 'sessions.get' | 'sessions.search' | 'sessions.patch' | 'sessions.reset'
> = {
  async 'sessions.list'({ store }, { params }) {
    const { limit, before, agentId, channel, search, archived } = params;
    const { sessions, next } = await store.reader.listSessions({
      limit,
      before,
      agentId,
      channel,
      search,
      archived,
    });
    return { sessions: sessions.map(toSummary), ...(next !== undefined && { next }) };
  },
  async 'sessions.get'(deps, { params }) {
    const session = await readSession(deps, params.sessionKey);
    const context = await deps.runtime.contextOf(session);
    return { ...toSummary(session), ...(context && { context }) };
  },
  async 'sessions.search'({ store, settings }, { params }) {
    const { query, limit, before, agentId, channel, person, since, until } = params;
    const sessionKey =
      params.sessionKey && toSessionKey(params.sessionKey, settings().defaultAgentId);
    const { hits, next } = await store.reader.searchMessages({
      query,
      limit,
      before,
      sessionKey,
      agentId,
      channel,
      person,
      since: since === undefined ? undefined : Date.parse(since),
      until: until === undefined ? undefined : Date.parse(until),
    });
    return {
      hits: hits.map(({ entrySeq, at, marks, ...hit }) => ({
        ...hit,
        seq: entrySeq,
        marks: marks.map(([start, end]): [number, number] => [start, end]),
        at: isoTime(at),
      })),
      ...(next !== undefined && { next }),
    };
  },
  async 'sessions.patch'({ store, runtime, settings }, { params }) {
    const { defaultAgentId } = settings();
    const sessionKey = toSessionKey(params.sessionKey, defaultAgentId);
    const { title, model, queueMode, persona, thinking, archived } = params;
    const session = await store.journal.patchSession({
      sessionKey,
      agentId: agentOf(sessionKey) ?? defaultAgentId,
      ...(title !== undefined && { title }),
      ...(model !== undefined && { model }),
      ...(queueMode !== undefined && { queueMode }),
      ...(persona !== undefined && { persona }),
      ...(thinking !== undefined && { thinking }),
      ...(archived !== undefined && { archived }),
    });
    runtime.hub.publishSession({
      sessionId: session.sessionId,
      sessionKey,
      kind: 'changed',
      eventSeq: undefined,
    });
    return toSummary(session);
  },
  async 'sessions.reset'({ runtime, store, settings, doors, newId }, { params, caller }, signal) {
    const sessionKey = toSessionKey(params.sessionKey, settings().defaultAgentId);
    if ((await store.reader.findSession(sessionKey))?.archived)
      throw new CuttleError('session.archived', `The session ${sessionKey} is archived.`);
    const { principal } = caller;
    const provenance = {
      door: caller.door,
      accountId: doors.web,
      trust: principal.kind === 'owner' ? 'owner' : 'paired',
    } as const;
    const accepted = await runtime.accept({
      door: 'web',
      principal,
      provenance,
      taint: taintOf(provenance, 'pull'),
      key: params.idempotencyKey ?? newId(),
      sessionName: params.sessionKey,
      body: { v: 1, parts: [{ type: 'text', text: '/new' }] },
      stateless: false,
    });
    await accepted.fate(signal);
    return { ok: true };
  },
};

/** A session by its key or short name. Throws `session.not-found`. */
export async function readSession(
  { store, settings }: Pick<GatewayDeps, 'store' | 'settings'>,
  name: string,
): Promise<SessionRow> {
  const sessionKey = toSessionKey(name, settings().defaultAgentId);
  const session = await store.reader.findSession(sessionKey);
  if (!session) throw new CuttleError('session.not-found', `There is no session "${sessionKey}".`);
  return session;
}

export function toSummary(row: SessionRow): SessionSummary {
  const {
    sessionKey,
    sessionId,
    agentId,
    channel,
    title,
    model,
    persona,
    thinking,
    queueMode,
    archived,
    messages,
    contextTokens,
    createdAt,
    updatedAt,
  } = row;
  return {
    sessionKey,
    sessionId,
    agentId,
    ...(channel !== undefined && { channel }),
    ...(title !== undefined && { title }),
    ...(model !== undefined && { model }),
    ...(persona !== undefined && { persona }),
    ...(thinking !== undefined && { thinking }),
    ...(queueMode !== undefined && { queueMode }),
    archived,
    messages,
    ...(contextTokens !== undefined && { context: { tokens: contextTokens } }),
    createdAt: isoTime(createdAt),
    updatedAt: isoTime(updatedAt),
  };
}
