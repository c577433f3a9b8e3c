import type {
  BudgetScope,
  CallReservation,
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
  const refusal = findFull(unit, input);
  if (refusal) return refusal;
  unit.db.run(insertReservation, runId, step, unit.boot, agentId, personId, amountMicros);
  return { kind: 'reserved' };
}

/** The first limit without room. */
function findFull(
  unit: Unit,
  { limits, amountMicros }: Pick<ReservationDraft, 'limits' | 'amountMicros'>,
): Extract<Reservation, { kind: 'refused' }> | undefined {
  for (const { scope, limitMicros } of limits) {
    const spending = readSpending(unit, scope);
    if (spending.spentMicros + spending.reservedMicros + amountMicros > limitMicros)
      return { kind: 'refused', scope, limitMicros, ...spending };
  }
  return undefined;
}

const insertCall = `INSERT INTO call_reservation (call_id, boot, agent_id, person_id, amount_micros) VALUES (?, ?, ?, ?, ?)`;

/** The same for a call that belongs to no run. */
export function reserveUsage(unit: Unit, input: CallReservation): Reservation {
  const { callId, agentId, personId, amountMicros } = input;
  releaseCall(unit, callId);
  const refusal = findFull(unit, input);
  if (refusal) return refusal;
  unit.db.run(insertCall, callId, unit.boot, agentId, personId, amountMicros);
  return { kind: 'reserved' };
}

const deleteCall = `DELETE FROM call_reservation WHERE space = 'main' AND call_id = ?`;

export function releaseCall(unit: Unit, callId: string): void {
  unit.db.run(deleteCall, callId);
}

export function releaseUsage(unit: Unit, { callId }: { callId: string }): void {
  releaseCall(unit, callId);
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
const deleteDead = ['reservation', 'call_reservation'].map(
  (table) =>
    `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE space = 'main' AND boot <> ? LIMIT ?)`,
);

/** Counters of earlier days and what earlier openings had set aside: neither is read again. */
export function sweepSpending(unit: Unit, limit: number): number {
  let changed = unit.db.run(deleteOldSpending, toDay(unit.now), limit);
  for (const dead of deleteDead)
    if (changed < limit) changed += unit.db.run(dead, unit.boot, limit - changed);
  return changed;
}
