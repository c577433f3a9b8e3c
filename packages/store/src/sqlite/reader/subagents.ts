import type {
  ConversationRef,
  Reader,
  SubagentRow,
  SubagentTimers,
} from '@cuttle/core-types/ports';
import { query } from '../database.ts';
import { isLeased } from '../journal/worker-rows.ts';
import type { InboundRecord, SubagentRecord } from '../rows.ts';
import { fromStoredOr } from '../stored-json.ts';
import { toLimit, type View } from '../view.ts';
import { findConversationById } from './outbound.ts';

type Listed = SubagentRecord & {
  readonly session_key: string;
  readonly parent_key: string;
  readonly result_state: InboundRecord['state'] | null;
  readonly worker: string | null;
  readonly progress: string | null;
  readonly fence: string | null;
  readonly expired_at: number | null;
};
const columns = `SELECT subagent.*, session.key AS session_key, parent.key AS parent_key, result.state AS result_state, work.worker, work.progress, work.fence, work.expired_at FROM subagent`;
const joined = `
JOIN session ON session.space = 'main' AND session.id = subagent.session_id
JOIN session AS parent ON parent.space = 'main' AND parent.id = subagent.parent_session
LEFT JOIN worker_task AS work ON work.space = 'main' AND work.id = subagent.id
LEFT JOIN inbound AS result ON result.space = 'main' AND result.id = subagent.result_id
WHERE subagent.space = 'main'`;
const listed = `${columns} ${joined}`;
const selectOne = query<Listed>(`${listed} AND subagent.id = ?`);
const selectOfSession = query<Listed>(
  `${listed} AND subagent.parent_session = ? ORDER BY subagent.id DESC LIMIT ?`,
);
const selectNewest = query<Listed>(`${listed} ORDER BY subagent.id DESC LIMIT ?`);
const selectOpen = query<Listed>(
  `${columns} INDEXED BY subagent_open ${joined} AND subagent.ended_at IS NULL ORDER BY subagent.id DESC LIMIT ?`,
);

export function findSubagent(view: View, subagentId: string): SubagentRow | undefined {
  const row = view.db.find(selectOne, subagentId);
  return row && toSubagentRow(row);
}

const selectChat = query<{ id: string }>(
  `SELECT conversation_id AS id FROM inbound WHERE space = 'main' AND id = ? AND conversation_id IS NOT NULL`,
);

export function findConversationOfRun(view: View, runId: string): ConversationRef | undefined {
  const chat = view.db.find(selectChat, runId);
  return chat && findConversationById(view, chat.id);
}

/** Of a session with all below them, in order of their beginning; of all, the newest first. */
export function listSubagents(
  view: View,
  input: Parameters<Reader['listSubagents']>[0],
): readonly SubagentRow[] {
  const limit = toLimit(input.limit);
  const { sessionId, open = false } = input;
  if (sessionId === undefined)
    return view.db.list(open ? selectOpen : selectNewest, limit).map(toSubagentRow);
  const rows: Listed[] = [];
  // One session after the other, each once: a message may come back to where it was sent from.
  const sessions = new Set([sessionId]);
  for (const one of sessions) {
    if (rows.length >= limit) break;
    for (const row of view.db.list(selectOfSession, one, limit - rows.length)) {
      rows.push(row);
      if (row.kind === 'task') sessions.add(row.session_id);
    }
  }
  return rows
    .filter((row) => !open || row.ended_at === null)
    .toSorted((left, right) => (left.id < right.id ? -1 : 1))
    .map(toSubagentRow);
}

function toSubagentRow(row: Listed): SubagentRow {
  return {
    subagentId: row.id,
    kind: row.kind,
    label: row.label,
    agentId: row.agent_id,
    parentRunId: row.parent_run,
    parentSessionId: row.parent_session,
    parentSessionKey: row.parent_key,
    rootRunId: row.root,
    sessionId: row.session_id,
    sessionKey: row.session_key,
    runId: row.run_id ?? undefined,
    depth: row.depth,
    // No run makes it one that runs: a lease of a worker does.
    state: row.state === 'queued' && isLeased(row) ? 'running' : row.state,
    outcome: fromStoredOr(row.outcome),
    reply: row.reply ?? undefined,
    usage: fromStoredOr(row.usage),
    result: row.result_state ?? undefined,
    worker: row.worker ?? undefined,
    progress: row.ended_at === null ? (row.progress ?? undefined) : undefined,
    deadlineAt: row.deadline_at ?? undefined,
    createdAt: row.created_at,
    endedAt: row.ended_at ?? undefined,
  };
}

const selectLate = query<{ id: string }>(
  `SELECT id FROM subagent INDEXED BY subagent_open WHERE space = 'main' AND ended_at IS NULL AND deadline_at <= ? LIMIT ?`,
);
const waiting = `FROM run INDEXED BY run_active WHERE space = 'main' AND ended_at IS NULL AND state = 'parked' AND wait ->> 'kind' = 'child'`;
const selectWaited = query<{ session_id: string }>(
  `SELECT session_id ${waiting} AND resume_at <= ? LIMIT ?`,
);
const selectNext = query<{ at: number | null }>(
  `SELECT min(deadline_at) AS at FROM subagent INDEXED BY subagent_open WHERE space = 'main' AND ended_at IS NULL AND deadline_at > ?`,
);
const selectNextWait = query<{ at: number | null }>(
  `SELECT min(resume_at) AS at ${waiting} AND resume_at > ?`,
);
const leased = `FROM worker_task INDEXED BY worker_task_lease WHERE space = 'main' AND ended_at IS NULL AND expired_at IS NULL`;
const selectExpired = query<{ id: string }>(`SELECT id ${leased} AND lease_until <= ? LIMIT 1`);
const selectNextExpiry = query<{ at: number | null }>(
  `SELECT min(lease_until) AS at ${leased} AND lease_until > ?`,
);

export function findSubagentTimers(
  view: View,
  { now, limit }: Parameters<Reader['findSubagentTimers']>[0],
): SubagentTimers {
  const { db } = view;
  const most = toLimit(limit);
  const moments = [selectNext, selectNextWait, selectNextExpiry].map(
    (next) => db.find(next, now)?.at,
  );
  const known = moments.filter((at) => at !== null && at !== undefined);
  return {
    late: db.list(selectLate, now, most).map(({ id }) => id),
    sessions: db.list(selectWaited, now, most).map((row) => row.session_id),
    expired: db.find(selectExpired, now) !== undefined,
    next: known.length === 0 ? undefined : Math.min(...known),
  };
}

const selectWaiting = query<{ id: string }>(
  `SELECT id FROM worker_task INDEXED BY worker_task_open WHERE space = 'main' AND worker = ? AND ended_at IS NULL AND (fence IS NULL OR expired_at IS NOT NULL OR (holder = ? AND claim_key = ?)) LIMIT 1`,
);

export function findWorkerWork(
  { db }: View,
  { worker, holder, key }: Parameters<Reader['findWorkerWork']>[0],
): Awaited<ReturnType<Reader['findWorkerWork']>> {
  return db.find(selectWaiting, worker, holder, key)?.id;
}
