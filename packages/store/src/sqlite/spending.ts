import type { BudgetScope } from '@cuttle/core-types/ports';
import { type Database, query } from './database.ts';

const selectSpent = query<{ spent_micros: number }>(
  `SELECT spent_micros FROM spend WHERE space = 'main' AND day = ? AND scope = ?`,
);

/** The counter of a scope; `undefined` while no budget has asked for it today. */
export function findSpent(db: Database, day: string, scope: BudgetScope): number | undefined {
  return db.find(selectSpent, day, scope)?.spent_micros;
}

const sum = (table: 'usage' | 'reservation' | 'call_reservation', column: string, where: string) =>
  query<{ sum: number }>(
    `SELECT coalesce(sum(${column}), 0) AS sum FROM ${table} WHERE space = 'main' AND ${where}`,
  );
const sumsOfDay = {
  gateway: sum('usage', 'cost_micros', 'day = ?'),
  agent: sum('usage', 'cost_micros', 'day = ? AND agent_id = ?'),
  person: sum('usage', 'cost_micros', 'day = ? AND person_id = ?'),
};
const sumsOfLife = (['reservation', 'call_reservation'] as const).map((table) => ({
  gateway: sum(table, 'amount_micros', 'boot = ?'),
  agent: sum(table, 'amount_micros', 'boot = ? AND agent_id = ?'),
  person: sum(table, 'amount_micros', 'boot = ? AND person_id = ?'),
}));

/** What a scope spent on a day, from its usage. */
export function sumSpent(db: Database, day: string, scope: BudgetScope): number {
  const { kind, ids } = readScope(scope);
  return db.find(sumsOfDay[kind], day, ...ids)?.sum ?? 0;
}

/** What calls under way in a scope have set aside: there are no more of them than runs and requests at once. */
export function findReserved(db: Database, boot: string, scope: BudgetScope): number {
  const { kind, ids } = readScope(scope);
  return sumsOfLife.reduce((total, of) => total + (db.find(of[kind], boot, ...ids)?.sum ?? 0), 0);
}

function readScope(scope: BudgetScope): {
  readonly kind: keyof typeof sumsOfDay;
  readonly ids: readonly string[];
} {
  if (scope === 'gateway') return { kind: 'gateway', ids: [] };
  const kind = scope.startsWith('agent:') ? 'agent' : 'person';
  return { kind, ids: [scope.slice(kind.length + 1)] };
}
