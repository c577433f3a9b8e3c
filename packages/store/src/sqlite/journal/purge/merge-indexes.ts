import { query } from '../../database.ts';
import type { PurgeArea } from './purge-area.ts';

/** The full-text indexes, each with the statement that merges a part of it. */
const merges = ['message_text', 'value_text', 'memory_text', 'session_text'].map(
  (table) => `INSERT INTO ${table}(${table}, rank) VALUES ('merge', ?)`,
);
const selectChanges = query<{ n: number }>(`SELECT total_changes() AS n`);
/** Pages of one slice. */
const pages = 64;

/**
 * Words of rows that went stay in the segments of an index, marked, until these are merged.
 * A negative number begins to merge all of them, as `optimize` would; then it goes on until nothing changes any more.
 * https://sqlite.org/fts5.html#the_merge_command The cursor: which index, and 1 once its merge has begun.
 */
export const mergeIndexes: PurgeArea = ({ unit: { db } }, [at, begun]) => {
  const statement = merges[at];
  if (statement === undefined) return { count: 0, next: undefined };
  const before = db.find(selectChanges)?.n ?? 0;
  db.run(statement, begun === 0 ? -pages : pages);
  const changes = (db.find(selectChanges)?.n ?? 0) - before;
  if (begun === 0 || changes >= 2) return { count: 0, next: [at, 1] };
  return { count: 0, next: at + 1 < merges.length ? [at + 1, 0] : undefined };
};
