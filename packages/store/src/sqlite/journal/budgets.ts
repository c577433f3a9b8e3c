import type {
  BudgetScope,
  Reservation,
  ReservationDraft,
  Spending,
} from '@cuttle/core-types/ports';
import { CuttleError } from '@cuttle/core-types/errors';
import { query } from '../database.ts';
import { findReserved, findSpent, sumSpent } from '../spending.ts';
import type { Unit } from '../unit.ts';
import { toDay } from '../utc-day.ts';
import { holdRun } from './runs.ts';

const selectOpen = query<{ n: number }>(
  `SELECT n FROM step WHERE space = 'main' AND run_id = ? AND n = ? AND state = 'open'`,
);
const insertReservation = `INSERT INTO reservation (run_id, n, boot, agent_id, person_id, amount_micros) VALUES (?, ?, ?, ?, ?, ?)`;

/** Sets aside what the model call of an open step may cost, if every limit has room for it. */
export function reserveBudget(unit: Unit, input: ReservationDraft): Reservation {
  const { runId, step, agentId, personId, amountMicros } = input;
  holdRun(unit, runId, input.fence);
  if (!unit.db.find(selectOpen, runId, step))
    throw new CuttleError('request.invalid', `Step ${step} of run ${runId} is not open.`);
  // What an earlier attempt set aside is this one's.
  releaseReservation(unit, runId, step);
  for (const { scope, limitMicros } of input.limits) {
    const spending = readSpending(unit, scope);
    if (spending.spentMicros + spending.reservedMicros + amountMicros > limitMicros)
      return { kind: 'refused', scope, limitMicros, ...spending };
  }
  unit.db.run(insertReservation, runId, step, unit.boot, agentId, personId, amountMicros);
  return { kind: 'reserved' };
}

const deleteReservation = `DELETE FROM reservation WHERE space = 'main' AND run_id = ? AND n = ?`;

/** The call is over, or is not made. */
export function releaseReservation(unit: Unit, runId: string, step: number): void {
  unit.db.run(deleteReservation, runId, step);
}

const insertSpent = `INSERT INTO spend (day, scope, spent_micros) VALUES (?, ?, ?)`;

/**
 * Today's spending, from a counter: a day's usage has a row per session. What is set aside counts whichever day it was: a call
 * that began yesterday is paid today.
 */
function readSpending(unit: Unit, scope: BudgetScope): Spending {
  const day = toDay(unit.now);
  let spentMicros = findSpent(unit.db, day, scope);
  if (spentMicros === undefined) {
    spentMicros = sumSpent(unit.db, day, scope);
    unit.db.run(insertSpent, day, scope, spentMicros);
  }
  return { spentMicros, reservedMicros: findReserved(unit.db, unit.boot, scope) };
}

const updateSpent = `UPDATE spend SET spent_micros = spent_micros + ? WHERE space = 'main' AND day = ? AND (scope = 'gateway' OR scope = ? OR scope = ?)`;

/** Counters that exist follow each step, budget or not, so that they are right when one is set again. */
export function addSpending(
  unit: Unit,
  cost: {
    readonly day: string;
    readonly agentId: string;
    readonly personId: string;
    readonly costMicros: number;
  },
): void {
  const { day, agentId, personId, costMicros } = cost;
  unit.db.run(updateSpent, costMicros, day, `agent:${agentId}`, `person:${personId}`);
}

const deleteOldSpending = `DELETE FROM spend WHERE rowid IN (SELECT rowid FROM spend WHERE space = 'main' AND day < ? LIMIT ?)`;
const deleteDead = `DELETE FROM reservation WHERE rowid IN (SELECT rowid FROM reservation WHERE space = 'main' AND boot <> ? LIMIT ?)`;

/** Counters of earlier days and what earlier openings had set aside: neither is read again. */
export function sweepSpending(unit: Unit, limit: number): number {
  const old = unit.db.run(deleteOldSpending, toDay(unit.now), limit);
  return old + (old < limit ? unit.db.run(deleteDead, unit.boot, limit - old) : 0);
}
