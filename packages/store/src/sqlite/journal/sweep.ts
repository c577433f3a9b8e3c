import type { Journal } from '@cuttle/core-types/ports';
import { query } from '../database.ts';
import { toCommitted, type Unit } from '../unit.ts';
import { anchorSessions } from './anchors.ts';
import { expireApprovals } from './approvals.ts';
import { sweepSpending } from './budgets.ts';
import { sweepSessions } from './remove-session.ts';

/** How far the clock may move between two sweeps before nothing is expired by it, until it has been stable for one sweep. */
const maxJumpMs = 3_600_000;
/** A call is long over when its key is forgotten. */
const onceMs = 30 * 86_400_000;

const selectClock = query<{ clock_high: number }>(`SELECT clock_high FROM store`);
const updateClock = `UPDATE store SET clock_high = ?`;

/** One slice of upkeep. */
export function sweep(unit: Unit, input: { limit: number }): Awaited<ReturnType<Journal['sweep']>> {
  const last = unit.db.find(selectClock)?.clock_high ?? unit.now;
  if (last !== unit.now) unit.db.run(updateClock, unit.now);
  anchorSessions(unit);
  const changed = Math.abs(unit.now - last) > maxJumpMs ? 0 : sweepRows(unit, input.limit);
  return { changed, ...toCommitted(unit) };
}

const expiredTokens = `DELETE FROM token WHERE rowid IN (SELECT rowid FROM token WHERE space = 'main' AND expires_at <= ? LIMIT ?)`;
const expiredPairings = `DELETE FROM pairing WHERE rowid IN (SELECT rowid FROM pairing WHERE space = 'main' AND expires_at <= ? LIMIT ?)`;
const oldKeys = `DELETE FROM kv_once WHERE rowid IN (SELECT rowid FROM kv_once WHERE space = 'main' AND at <= ? LIMIT ?)`;
const closedDeltas = `DELETE FROM delta WHERE rowid IN (SELECT delta.rowid FROM delta
WHERE NOT EXISTS (SELECT 1 FROM step WHERE step.space = 'main' AND step.run_id = delta.run_id AND step.n = delta.n AND step.state = 'open') LIMIT ?)`;

function sweepRows(unit: Unit, limit: number): number {
  const { db, now } = unit;
  let left = limit;
  left -= expireApprovals(unit, left);
  if (left > 0) left -= db.run(expiredTokens, now, left);
  if (left > 0) left -= db.run(expiredPairings, now, left);
  if (left > 0) left -= db.run(oldKeys, now - onceMs, left);
  if (left > 0) left -= db.run(closedDeltas, left);
  if (left > 0) left -= sweepSpending(unit, left);
  if (left > 0) left -= sweepSessions(unit, left);
  return limit - left;
}
