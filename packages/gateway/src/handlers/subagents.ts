import type { SubagentRow } from '@cuttle/core-types/ports';
import type { SubagentReport } from '@cuttle/core-types/protocol';
import { toSessionKey } from '@cuttle/sessions';
import type { Handlers } from '../gateway-deps.ts';
import { isoTime } from '../iso-time.ts';

export const subagentHandlers: Pick<
  Handlers,
  'subagents.list' | 'subagents.steer' | 'subagents.stop'
> = {
  async 'subagents.list'({ store, settings }, { params, caller }) {
    const { sessionKey: name, open, limit } = params;
    if (name === undefined) {
      const rows = await store.reader.listSubagents({ open, limit });
      return { subagents: rows.map(toReport) };
    }
    const sessionKey = toSessionKey(name, settings().defaultAgentId);
    caller.listener?.follow(sessionKey);
    const session = await store.reader.findSession(sessionKey);
    if (!session) return { subagents: [] };
    const { sessionId } = session;
    const rows = await store.reader.listSubagents({ sessionId, open, limit });
    return { subagents: rows.map(toReport) };
  },
  async 'subagents.steer'({ runtime }, { params, caller }) {
    const key = `${caller.principal.id}:${params.idempotencyKey}`;
    const steering = { subagentId: params.id, text: params.message, key };
    return { steered: await runtime.subagents.steer(steering) };
  },
  async 'subagents.stop'({ runtime }, { params }) {
    return { stopped: await runtime.subagents.stop({ subagentId: params.id, by: 'operator' }) };
  },
};

function toReport(row: SubagentRow): SubagentReport {
  const { runId, outcome, reply, usage, result, endedAt, deadlineAt, worker, progress } = row;
  return {
    id: row.subagentId,
    kind: row.kind,
    label: row.label,
    agentId: row.agentId,
    state: row.state,
    depth: row.depth,
    sessionKey: row.sessionKey,
    ...(runId !== undefined && { runId }),
    parentSessionKey: row.parentSessionKey,
    parentRunId: row.parentRunId,
    rootRunId: row.rootRunId,
    ...(outcome && { outcome }),
    ...(reply !== undefined && { reply }),
    ...(usage && { usage }),
    ...(result && { result }),
    startedAt: isoTime(row.createdAt),
    ...(endedAt !== undefined && { endedAt: isoTime(endedAt) }),
    ...(deadlineAt !== undefined && { deadlineAt: isoTime(deadlineAt) }),
    ...(worker !== undefined && { worker }),
    ...(progress !== undefined && { progress }),
  };
}
