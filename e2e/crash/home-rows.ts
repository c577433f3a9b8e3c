import { createHash } from 'node:crypto';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { emptyVerdict, type CrashVerdict, type UnconfirmedText } from '@cuttle/testkit/crash';

/** A row as SQLite gives it: the queries below say what is in it. */
type Row = Readonly<Record<string, string | number | null>>;

/** Looks at the database of a home that runs. Opened for one look only: whoever holds a database open spares the next life its recovery. */
export function withRows<Value>(path: string, look: (rows: RowReader) => Value): Value {
  const db = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
  try {
    db.exec('BEGIN');
    return look((sql, ...values) => db.prepare(sql).all(...values) as Row[]); // text, numbers and null alone are stored
  } finally {
    db.close();
  }
}
export type RowReader = (sql: string, ...values: (string | number)[]) => readonly Row[];

/** Looks at a home whose process is dead, in a copy: opening the files themselves would do the next life's recovery. */
export async function withDeadRows<Value>(
  path: string,
  look: (rows: RowReader) => Value,
): Promise<Value> {
  const folder = await mkdtemp(join(tmpdir(), 'cuttle-crash-copy-'));
  try {
    const copy = join(folder, 'copy.db');
    await copyFile(path, copy);
    // After a clean end there is no log.
    await copyFile(`${path}-wal`, `${copy}-wal`).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
    });
    const db = new DatabaseSync(copy);
    try {
      return look((sql, ...values) => db.prepare(sql).all(...values) as Row[]); // as above
    } finally {
      db.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** Everything that is not at its end, in words; empty when the home is quiet. */
export function readOpenWork(rows: RowReader): readonly string[] {
  const queries = [
    `SELECT 'inbound ' || id || ' ' || state || ' ' || mode AS what FROM inbound WHERE state IN ('queued', 'bound')`,
    `SELECT 'run ' || id || ' ' || state || ' ' || coalesce(wait, '') AS what FROM run WHERE ended_at IS NULL`,
    `SELECT 'outbound ' || id || ' ' || state || ' ' || kind || ' attempt ' || attempt || coalesce(' ' || reason, '') AS what FROM outbound WHERE state IN ('prepared', 'sending', 'ambiguous', 'held')`,
    `SELECT 'subagent ' || id || ' ' || state AS what FROM subagent WHERE ended_at IS NULL`,
    `SELECT 'schedule ' || id AS what FROM schedule WHERE next_at IS NOT NULL`,
  ];
  return queries.flatMap((sql) => rows(sql).map(({ what }) => String(what)));
}

/** Runs that wait for a person. */
export function isParked(rows: RowReader): boolean {
  const parked = rows(
    `SELECT 1 AS one FROM run WHERE state = 'parked' AND wait LIKE '%"approval"%'`,
  );
  return parked.length > 0;
}

/** Rows that must not be, in a home at rest. `since`: Unix ms from which fates are looked at. */
export function judgeRows(rows: RowReader, since: number): CrashVerdict {
  const violations: string[] = [];
  const forbid = (what: string, sql: string, ...values: (string | number)[]): void => {
    const found = rows(sql, ...values);
    if (found.length > 0)
      violations.push(`${what}: ${JSON.stringify(found.slice(0, 3))} (${found.length})`);
  };
  forbid('damaged pages', `SELECT * FROM pragma_integrity_check WHERE integrity_check <> 'ok'`);
  forbid('broken references', `SELECT * FROM pragma_foreign_key_check`);
  forbid(
    'messages that failed or were refused',
    // That somebody came asks for no run.
    `SELECT id, state, reason FROM inbound WHERE state IN ('failed', 'refused') AND reason <> 'inbound.joined' AND at >= ?`,
    since,
  );
  forbid(
    'deliveries given up',
    `SELECT id, origin, reason FROM outbound WHERE state = 'dead' AND created_at >= ?`,
    since,
  );
  forbid(
    'events with gaps',
    `SELECT session_id, count(*) AS n, min(seq) AS low, max(seq) AS high FROM event GROUP BY session_id HAVING max(seq) - min(seq) + 1 <> count(*)`,
  );
  forbid(
    'runs without exactly one run.end',
    `SELECT run.id, run.state, (SELECT count(*) FROM event WHERE event.run_id = run.id AND kind = 'run.end') AS ends FROM run WHERE ended_at IS NOT NULL AND ends <> 1`,
  );
  forbid(
    'calls that are open under an ended run',
    `SELECT call.id, call.state FROM call JOIN run ON run.id = call.run_id WHERE run.ended_at IS NOT NULL AND call.state IN ('planned', 'started')`,
  );
  forbid(
    'steps that are open under an ended run',
    `SELECT step.run_id, step.n FROM step JOIN run ON run.id = step.run_id WHERE run.ended_at IS NOT NULL AND step.state = 'open'`,
  );
  forbid(
    'entries out of sequence',
    // A fork goes on behind the entries that it begins with, which are not its own.
    `SELECT session_id, count(*) AS n, min(seq) AS low, max(seq) AS high FROM entry GROUP BY session_id HAVING max(seq) - min(seq) + 1 <> count(*) OR (min(seq) > 1 AND session_id NOT IN (SELECT session_id FROM lineage))`,
  );
  forbid(
    'two deliveries with one message',
    `SELECT conversation_id, json_extract(receipt, '$.messageId') AS message, count(*) AS n FROM outbound WHERE kind IN ('send', 'open') AND state = 'sent' GROUP BY 1, 2 HAVING n > 1`,
  );
  forbid(
    'a wrong count of waiting messages',
    `SELECT queued FROM store WHERE queued <> (SELECT count(*) FROM inbound WHERE state = 'queued' AND control = 0)`,
  );
  forbid(
    // A fork and a rewind take summaries along, which were paid for where they were made.
    'finished model calls that are not in the usage once',
    `SELECT usage.session_id, sum(usage.calls - usage.cut) AS counted, (SELECT count(*) FROM step JOIN run ON run.id = step.run_id WHERE run.session_id = usage.session_id AND step.state = 'done' AND json_extract(step.usage, '$.inputTokens') > 0) + (SELECT count(DISTINCT made.id || ':' || summary.upto_seq) FROM summary JOIN run AS made ON made.id = json_extract(summary.body, '$.runId') WHERE made.session_id = usage.session_id AND json_extract(summary.body, '$.by') = 'model') + (SELECT count(DISTINCT made.id || ':' || summary.upto_seq) FROM summary JOIN run AS made ON made.id = json_extract(summary.body, '$.runId') WHERE made.session_id = usage.session_id AND json_extract(summary.body, '$.flushed') = 1) AS done FROM usage GROUP BY usage.session_id HAVING counted <> done`,
  );
  forbid(
    'opaque calls that were begun twice',
    `SELECT id, attempt FROM call WHERE effect = 'opaque' AND attempt > 1`,
  );
  forbidSubagents(forbid);
  return { ...emptyVerdict, violations };
}

/** What is known of facts that were to be remembered, each chunk as `run:last entry`. */
export interface FlushedRows {
  /** Those of summaries that say so. */
  readonly surely: readonly string[];
  /** Those of all summaries: one that was cut behind its note says nothing of it. */
  readonly maybe: ReadonlySet<string>;
  /** Runs that ended otherwise: their note may stand without a summary. */
  readonly cutRuns: ReadonlySet<string>;
}

export function readFlushed(rows: RowReader): FlushedRows {
  const summaries = rows(
    `SELECT DISTINCT json_extract(body, '$.runId') || ':' || upto_seq AS chunk, json_extract(body, '$.flushed') AS flushed FROM summary WHERE json_extract(body, '$.by') = 'model'`,
  );
  const chunks = summaries.map(({ chunk }) => String(chunk));
  return {
    surely: chunks.filter((_, index) => summaries[index]?.['flushed'] === 1),
    maybe: new Set(chunks),
    cutRuns: new Set(
      rows(`SELECT id FROM run WHERE state <> 'completed'`).map(({ id }) => String(id)),
    ),
  };
}

/** Each result once, told once, and nothing at work under what was stopped. */
function forbidSubagents(forbid: (what: string, sql: string) => void): void {
  forbid(
    'sub-agents whose result is not there exactly once',
    `SELECT id, state FROM subagent WHERE (SELECT count(*) FROM inbound WHERE inbound.subagent_id = subagent.id AND inbound.external_id = subagent.id) <> 1`,
  );
  forbid(
    'results that a call and the transcript tell both',
    `SELECT subagent.id FROM subagent JOIN entry ON entry.inbound_id = subagent.result_id WHERE taken_by IS NOT NULL`,
  );
  forbid(
    'sub-agents that work under a stopped run',
    `SELECT subagent.id FROM subagent JOIN run ON run.id = subagent.root WHERE subagent.ended_at IS NULL AND run.state = 'aborted'`,
  );
}

/** What the gateway lists as of unknown outcome, by the chat it went to. */
export function readUnconfirmed(rows: RowReader, since: number): readonly UnconfirmedText[] {
  return rows(
    `SELECT conversation.key, outbound.kind, json_extract(outbound.body, '$.text') AS text,
(SELECT max(CAST(json_extract(earlier.receipt, '$.messageId') AS INTEGER)) FROM outbound AS earlier WHERE earlier.conversation_id = outbound.conversation_id AND earlier.seq < outbound.seq) AS after
FROM outbound JOIN conversation ON conversation.id = outbound.conversation_id WHERE outbound.state = 'unconfirmed' AND outbound.created_at >= ? ORDER BY outbound.created_at, outbound.seq`,
    since,
  ).map(({ key, kind, text, after }) => ({
    place: `telegram:${key}`,
    text: String(text),
    kind: kind as UnconfirmedText['kind'], // held by a CHECK
    after: Number(after ?? 0),
  }));
}

/** Message ids that the gateway knows to have sent into a chat. */
export function readReceipts(rows: RowReader, chat: number): ReadonlySet<number> {
  const found = rows(
    `SELECT json_extract(outbound.receipt, '$.messageId') AS message FROM outbound JOIN conversation ON conversation.id = outbound.conversation_id
WHERE conversation.key = ? AND outbound.receipt IS NOT NULL`,
    String(chat),
  );
  return new Set(found.map(({ message }) => Number(message)));
}

/** A hash of each table, but for what an opening notes about itself. */
export function hashTables(rows: RowReader): ReadonlyMap<string, string> {
  const tables = rows(
    `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'store' ORDER BY name`,
  ).map(({ name }) => String(name));
  return new Map(
    tables.map((table) => {
      const content = JSON.stringify(rows(`SELECT * FROM "${table}"`));
      return [table, createHash('sha256').update(content).digest('hex')];
    }),
  );
}
