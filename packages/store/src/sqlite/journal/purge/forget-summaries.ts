import { query } from '../../database.ts';
import type { LineageRecord } from '../../rows.ts';
import { lockSession, type LockedSession, type Unit } from '../../unit.ts';
import { findActiveRun } from '../runs.ts';

const selectForks = query<LineageRecord>(
  `SELECT * FROM lineage WHERE space = 'main' AND source_id = ?1 AND session_id <> ?1 AND upto_seq >= ?2`,
);
const removeCovering = `DELETE FROM summary WHERE space = 'main' AND session_id = ? AND upto_seq >= ?`;
const selectNewest = query<{ upto_seq: number }>(
  `SELECT upto_seq FROM summary WHERE space = 'main' AND session_id = ? AND generation = ? AND undone_at IS NULL ORDER BY upto_seq DESC LIMIT 1`,
);
const updateBoundary = `UPDATE step SET summary_upto = NULL WHERE space = 'main' AND run_id = ? AND state = 'open' AND summary_upto >= ?`;

/** Every summary that covers an entry goes, also in the sessions that begin with it. */
export function forgetSummaries(unit: Unit, session: LockedSession, seq: number): void {
  forgetIn(unit, session, seq);
  for (const { session_id: id } of unit.db.list(selectForks, session.id, seq))
    forgetIn(unit, lockSession(unit, id), seq);
}

/** The sessions whose transcript begins with entries of this one. */
export function listForks(unit: Unit, session: LockedSession): readonly LockedSession[] {
  const ids = unit.db.list(selectForks, session.id, 0).map(({ session_id: id }) => id);
  return [...new Set(ids)].map((id) => lockSession(unit, id));
}

function forgetIn(unit: Unit, session: LockedSession, seq: number): void {
  if (unit.db.run(removeCovering, session.id, seq) === 0) return;
  const { id, generation } = session;
  session.summary_upto = unit.db.find(selectNewest, id, generation)?.upto_seq ?? null;
  // What it is now, the next step tells.
  session.context_tokens = null;
  const active = findActiveRun(unit, id);
  if (active) unit.db.run(updateBoundary, active.id, seq);
}
