import type { ControlRow, Reader, Work } from '@cuttle/core-types/ports';
import { query, type Query } from '../database.ts';
import type { InboundRecord, StoreRecord } from '../rows.ts';
import { fromStored } from '../stored-json.ts';
import type { View } from '../view.ts';
import { findConversationById } from './outbound.ts';
import { toText } from '../entry-text.ts';

interface Place {
  readonly session_id: string;
}
interface OpenRun extends Place {
  /** 1 for a run that was cut twice without a new row, also where it only waited for its messenger in the last life. */
  readonly suspect: number;
  /** The life it was cut with, where that was its second; else null. */
  readonly second: string | null;
  /** How often it was cut, where it is suspected, the last life's cut included; else 0. */
  readonly tries: number;
}

// Oldest message first, so that nobody who waited long waits longer.
const selectQueued = query<Place>(
  `SELECT session_id, min(rowid) AS oldest FROM inbound WHERE space = 'main' AND state = 'queued' AND control = 0 GROUP BY session_id ORDER BY oldest`,
);
const selectRuns =
  query<OpenRun>(`SELECT session_id, stalls + (state = 'leased') > 1 AS suspect, iif(state = 'leased' AND stalls = 1, boot, NULL) AS second, iif(stalls + (state = 'leased') > 1, attempt + (state = 'leased'), 0) AS tries FROM run WHERE space = 'main' AND ended_at IS NULL
AND ((state = 'leased' AND boot <> ?) OR state = 'ready' OR (state = 'parked' AND resume_at <= ?)) ORDER BY created_at, id`);
const selectStateless =
  query<Place>(`SELECT session_id FROM run WHERE space = 'main' AND ended_at IS NULL AND stateless = 1 AND boot <> ?
UNION SELECT session_id FROM inbound INDEXED BY inbound_queue WHERE space = 'main' AND state = 'queued' AND control = 0 AND stateless = 1 AND at < (SELECT opened_at FROM store)`);
const selectLanes = query<{ conversation_id: string }>(
  `SELECT conversation_id, min(rowid) AS oldest FROM outbound WHERE space = 'main' AND (state = 'prepared' OR state = 'sending' OR state = 'ambiguous') GROUP BY conversation_id ORDER BY oldest`,
);
const selectControls = query<InboundRecord>(
  `SELECT * FROM inbound WHERE space = 'main' AND state = 'queued' AND control = 1 ORDER BY rowid`,
);

const selectFollowing = query<{ session_id: string; after_id: string }>(
  `SELECT session_id, after_id FROM inbound INDEXED BY inbound_after WHERE space = 'main' AND after_id IS NOT NULL AND state = 'queued'`,
);
const selectLeased = query<{ id: string }>(
  `SELECT id FROM worker_task INDEXED BY worker_task_lease WHERE space = 'main' AND ended_at IS NULL AND expired_at IS NULL AND lease_until > 0 LIMIT 1`,
);

/** What earlier openings left to do. Sessions whose client is gone are named only among `statelessRuns`. */
export function findWork(view: View): Work {
  const { db, boot, now } = view;
  const stateless = db.list(selectStateless, boot).map(toSessionId);
  const gone = new Set(stateless);
  // What was tried least comes first, so that the next end hits none twice that others may have caused.
  const open = db.list(selectRuns, boot, now).toSorted((a, b) => a.tries - b.tries);
  const runs = open.map(toSessionId);
  const queued = db.list(selectQueued).map(toSessionId);
  const sessions = new Set([...runs, ...queued].filter((sessionId) => !gone.has(sessionId)));
  const suspects = open.filter(({ suspect, session_id: id }) => suspect === 1 && sessions.has(id));
  return {
    sessions: [...sessions],
    suspects: suspects.map(toSessionId),
    cutTogether: [...Map.groupBy(suspects, ({ second }) => second)].flatMap(([second, cut]) =>
      second === null || cut.length < 2 ? [] : cut.map(toSessionId),
    ),
    conversations: db.list(selectLanes).map((row) => row.conversation_id),
    controls: db.list(selectControls).map((row) => toControl(view, row)),
    following: db
      .list(selectFollowing)
      .map((row) => ({ sessionId: row.session_id, after: row.after_id })),
    leased: db.find(selectLeased) !== undefined,
    statelessRuns: stateless.map((sessionId) => ({ sessionId })),
  };
}

function toSessionId(place: Place): string {
  return place.session_id;
}

const selectSession = query<{ key: string; agent_id: string }>(
  `SELECT key, agent_id FROM session WHERE space = 'main' AND id = ?`,
);

function toControl(view: View, row: InboundRecord): ControlRow {
  const session = view.db.find(selectSession, row.session_id);
  return {
    inboundId: row.id,
    sessionId: row.session_id,
    sessionKey: session?.key ?? '',
    agentId: session?.agent_id ?? '',
    text: toText(row.body),
    principal: fromStored(row.principal),
    provenance: fromStored(row.provenance),
    route: fromStored(row.route),
    conversation:
      row.conversation_id === null ? undefined : findConversationById(view, row.conversation_id),
  };
}

interface Count {
  readonly n: number;
}

const countAll = query<Pick<StoreRecord, 'queued' | 'sessions'>>(
  `SELECT queued, sessions FROM store`,
);
const countRuns = query<{ running: number; parked: number }>(
  `SELECT coalesce(sum(state = 'leased'), 0) AS running, coalesce(sum(state = 'parked'), 0) AS parked FROM run WHERE space = 'main' AND ended_at IS NULL`,
);
const countLanes = query<Count>(
  `SELECT count(*) AS n FROM outbound WHERE space = 'main' AND (state = 'prepared' OR state = 'sending' OR state = 'ambiguous')`,
);
const countDead = query<Count>(
  `SELECT count(*) AS n FROM outbound WHERE space = 'main' AND state = 'dead' AND discarded = 0`,
);
const countUnconfirmed = query<Count>(
  `SELECT count(*) AS n FROM outbound WHERE space = 'main' AND state = 'unconfirmed' AND discarded = 0`,
);

const countSubagents = query<Count>(
  `SELECT count(*) AS n FROM subagent INDEXED BY subagent_open WHERE space = 'main' AND ended_at IS NULL`,
);

export function counts(view: View): Awaited<ReturnType<Reader['counts']>> {
  const { db } = view;
  const count = (sql: Query<Count>): number => db.find(sql)?.n ?? 0;
  const store = db.find(countAll);
  const runs = db.find(countRuns);
  return {
    queued: store?.queued ?? 0,
    running: runs?.running ?? 0,
    parked: runs?.parked ?? 0,
    undelivered: count(countLanes),
    dead: count(countDead),
    unconfirmed: count(countUnconfirmed),
    sessions: store?.sessions ?? 0,
    subagents: count(countSubagents),
  };
}
