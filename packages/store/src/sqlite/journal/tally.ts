import type { Tally } from '@cuttle/core-types/ports';
import { query } from '../database.ts';
import type { Unit } from '../unit.ts';

const upsert = `INSERT INTO tally (key, since, count) VALUES (?1, ?2, 1) ON CONFLICT (space, key) DO UPDATE SET
count = CASE WHEN since > ?3 THEN count + 1 ELSE 1 END, since = CASE WHEN since > ?3 THEN since ELSE ?2 END`;

/** Counts one. */
export function addTally({ db, now }: Unit, { key, windowMs }: Tally): void {
  db.run(upsert, key, now, now - windowMs);
}

const select = query<{ since: number; count: number }>(
  `SELECT since, count FROM tally WHERE space = 'main' AND key = ? AND since > ?`,
);

/** What was counted in the window that is open now, and when it ends. */
export function findTallied(
  { db, now }: Pick<Unit, 'db' | 'now'>,
  { key, windowMs }: Tally,
): { readonly count: number; readonly until: number } {
  const row = db.find(select, key, now - windowMs);
  return { count: row?.count ?? 0, until: (row?.since ?? now) + windowMs };
}
