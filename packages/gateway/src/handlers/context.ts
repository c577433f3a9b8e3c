import type { StoredSummary } from '@cuttle/core-types/ports';
import type { ResultOf } from '@cuttle/core-types/protocol';
import { CuttleError } from '@cuttle/core-types/errors';
import { textFor } from '@cuttle/core-types/texts';
import { taintOf } from '@cuttle/security/policy';
import type { Handlers } from '../gateway-deps.ts';
import { isoTime } from '../iso-time.ts';
import { readSession } from './sessions.ts';

export const contextHandlers: Pick<
  Handlers,
  'sessions.compact' | 'sessions.compactions' | 'sessions.restore'
> = {
  async 'sessions.compact'({ runtime, doors, newId }, { params, caller }) {
    const { principal } = caller;
    const { instructions } = params;
    const provenance = {
      door: caller.door,
      accountId: doors.web,
      trust: principal.kind === 'owner' ? 'owner' : 'paired',
    } as const;
    const words = instructions === undefined ? '/compact' : `/compact ${instructions}`;
    const { inboundId, status } = await runtime.accept({
      door: 'web',
      principal,
      provenance,
      taint: taintOf(provenance, 'pull'),
      key: params.idempotencyKey ?? newId(),
      sessionName: params.sessionKey,
      body: { v: 1, parts: [{ type: 'text', text: words }] },
      stateless: false,
    });
    return { runId: inboundId, status: status === 'duplicate' ? 'duplicate' : 'accepted' };
  },
  async 'sessions.compactions'(deps, { params }) {
    const { sessionId, generation, summaryUpto } = await readSession(deps, params.sessionKey);
    const { limit } = params;
    const found = await deps.store.reader.listSummaries({ sessionId, generation, limit });
    return { compactions: found.map((summary) => toReport(summary, summaryUpto)) };
  },
  async 'sessions.restore'(deps, { params, caller }) {
    const { sessionId, sessionKey } = await readSession(deps, params.sessionKey);
    const uptoSeq = params.summaryUpto;
    const by = caller.principal.id;
    const result = await deps.store.journal.undoCompaction({ sessionId, uptoSeq, by });
    if (result.kind === 'busy') throw new CuttleError('session.busy', textFor('context.busy'));
    if (result.kind === 'unknown')
      throw new CuttleError(
        'request.not-found',
        `No summary that is in force reaches to entry ${uptoSeq}.`,
      );
    const { count, summaryUpto } = result;
    deps.runtime.hub.publishSession({
      sessionId,
      sessionKey,
      kind: 'changed',
      eventSeq: result.events.at(-1)?.seq,
    });
    return { ok: true, count, ...(summaryUpto !== undefined && { summaryUpto }) };
  },
};

type Report = ResultOf<'sessions.compactions'>['compactions'][number];

function toReport(
  { uptoSeq, revision, body, at, undoneAt }: StoredSummary,
  summaryUpto: number | undefined,
): Report {
  const { text, facts, by, model, instructions, entries } = body;
  return {
    uptoSeq,
    revision,
    text,
    facts,
    by,
    ...(model !== undefined && { model }),
    ...(instructions !== undefined && { instructions }),
    entries,
    at: isoTime(at),
    ...(undoneAt !== undefined && { undoneAt: isoTime(undoneAt) }),
    isCurrent: undoneAt === undefined && uptoSeq === summaryUpto,
  };
}
