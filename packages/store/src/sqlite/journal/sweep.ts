import type { Journal } from '@cuttle/core-types/ports';
import { query } from '../database.ts';
import { toCommitted, type Unit } from '../unit.ts';
import { anchorSessions } from './anchors.ts';
import { expireApprovals } from './approvals.ts';
import { sweepSpending } from './budgets.ts';
import { sweepSessions } from './remove-session.ts';

/** How far the clock may move between two sweeps before nothing is expired by it, until it has been stable for one sweep. */
const maxJumpMs = 3_600_000;
/** No window of a limit is longer. */
const longestWindowMs = 86_400_000;
/** A call is long over when its key is forgotten; so is a message that no platform sends again, a reminder, and a summary that was taken back. */
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
const oldTallies = `DELETE FROM tally WHERE rowid IN (SELECT rowid FROM tally WHERE space = 'main' AND since <= ? LIMIT ?)`;
const oldKeys = `DELETE FROM kv_once WHERE rowid IN (SELECT rowid FROM kv_once WHERE space = 'main' AND at <= ? LIMIT ?)`;
const oldSeen = `DELETE FROM seen WHERE rowid IN (SELECT rowid FROM seen WHERE space = 'main' AND alone = 1 AND at <= ? LIMIT ?)`;
const overSchedules = `DELETE FROM schedule WHERE rowid IN (SELECT rowid FROM schedule WHERE space = 'main' AND next_at IS NULL AND created_at <= ?1 AND coalesce(last_at, 0) <= ?1 LIMIT ?2)`;
const undoneSummaries = `DELETE FROM summary WHERE rowid IN (SELECT rowid FROM summary WHERE space = 'main' AND undone_at <= ? LIMIT ?)`;
const closedDeltas = `DELETE FROM delta WHERE rowid IN (SELECT delta.rowid FROM delta
WHERE NOT EXISTS (SELECT 1 FROM step WHERE step.space = 'main' AND step.run_id = delta.run_id AND step.n = delta.n AND step.state = 'open') LIMIT ?)`;

function sweepRows(unit: Unit, limit: number): number {
  const { db, now } = unit;
  let left = limit;
  left -= expireApprovals(unit, left);
  if (left > 0) left -= db.run(expiredTokens, now, left);
  if (left > 0) left -= db.run(expiredPairings, now, left);
  if (left > 0) left -= db.run(oldTallies, now - longestWindowMs, left);
  for (const old of [oldKeys, oldSeen, overSchedules, undoneSummaries])
    if (left > 0) left -= db.run(old, now - onceMs, left);
  if (left > 0) left -= db.run(closedDeltas, left);
  if (left > 0) left -= sweepSpending(unit, left);
  if (left > 0) left -= sweepSessions(unit, left);
  return limit - left;
}
