import type { ResultOf } from '@cuttle/core-types/protocol';
import type { GatewayDeps, Handlers } from '../gateway-deps.ts';

export type UsageHandlers = Pick<Handlers, 'usage.status' | 'usage.cost'>;

/** Sums of one answer at most; beyond them only the dearest are told. */
const mostRows = 500;
const dayMs = 86_400_000;

export function createUsageHandlers(): UsageHandlers {
  return {
    async 'usage.status'(deps, { params }) {
      const { store } = deps;
      const session =
        params.sessionKey === undefined
          ? undefined
          : await store.reader.findSession(params.sessionKey);
      if (params.sessionKey !== undefined && !session)
        return { rows: [], budgets: await readBudgets(deps) };
      const since = sinceOf(deps, params.days);
      const rows = await store.reader.usage({ since, sessionId: session?.sessionId });
      return { rows: rows.map((row) => ({ ...row })), budgets: await readBudgets(deps) };
    },
    async 'usage.cost'(deps, { params }) {
      const { by, days } = params;
      const since = sinceOf(deps, days);
      const [rows, daily] = await Promise.all([
        deps.store.reader.usageBy({ since, by, limit: mostRows }),
        deps.store.reader.usageBy({ since, by: 'day', limit: days }),
      ]);
      const sum = (pick: (row: (typeof daily)[number]) => number): number =>
        daily.reduce((total, row) => total + pick(row), 0);
      return {
        by,
        since: new Date(since).toISOString().slice(0, 10),
        rows: rows.map((row) => ({ ...row })),
        calls: sum(({ calls }) => calls),
        cutCalls: sum(({ cutCalls }) => cutCalls),
        estimatedCalls: sum(({ estimatedCalls }) => estimatedCalls),
        costMicros: sum(({ costMicros }) => costMicros),
        unpricedCalls: sum(({ unpricedCalls }) => unpricedCalls),
      };
    },
  };
}

/** Today is one of the days. */
function sinceOf({ clock }: GatewayDeps, days: number): number {
  return clock.now() - (days - 1) * dayMs;
}

async function readBudgets({
  store,
  settings,
}: GatewayDeps): Promise<ResultOf<'usage.status'>['budgets']> {
  const { budgets } = settings();
  if (budgets.length === 0) return [];
  const spending = await store.reader.readSpending({ scopes: budgets.map(({ scope }) => scope) });
  return budgets.map(({ scope, limitMicros, downgradeTo }, at) => ({
    scope,
    limitMicros,
    spentMicros: spending[at]?.spentMicros ?? 0,
    reservedMicros: spending[at]?.reservedMicros ?? 0,
    ...(downgradeTo !== undefined && { downgradeTo }),
  }));
}
