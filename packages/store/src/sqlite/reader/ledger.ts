import type { Reader, UsageGrouping, UsageRow, UsageTotal } from '@cuttle/core-types/ports';
import { query } from '../database.ts';
import type { AuditRecord } from '../rows.ts';
import { findReserved, findSpent, sumSpent } from '../spending.ts';
import { fromStored } from '../stored-json.ts';
import { toDay } from '../utc-day.ts';
import { toLimit, type View } from '../view.ts';

const sums = `sum(usage.calls) AS calls, sum(cut) AS cut, sum(estimated) AS estimated, sum(unpriced) AS unpriced, sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens,
sum(cache_read_tokens) AS cache_read_tokens, sum(cache_write_tokens) AS cache_write_tokens, sum(reasoning_tokens) AS reasoning_tokens, sum(cost_micros) AS cost_micros`;
const selectRows = `SELECT day, agent_id, provider, model, ${sums} FROM usage`;
const groups = `GROUP BY day, agent_id, provider, model ORDER BY day, agent_id, provider, model`;
const selectAll = query<UsageSum & Place>(
  `${selectRows} WHERE space = 'main' AND day >= ? ${groups}`,
);
const selectOfSession = query<UsageSum & Place>(
  `${selectRows} WHERE space = 'main' AND session_id = ? AND day >= ? ${groups}`,
);

interface UsageSum {
  readonly calls: number;
  readonly cut: number;
  readonly estimated: number;
  readonly unpriced: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_read_tokens: number;
  readonly cache_write_tokens: number;
  readonly reasoning_tokens: number;
  readonly cost_micros: number;
}
interface Place {
  readonly day: string;
  readonly agent_id: string;
  readonly provider: string;
  readonly model: string;
}

/** By UTC day, from the day of `since` on. */
export function usage(view: View, input: Parameters<Reader['usage']>[0]): UsageRow[] {
  const day = toDay(input.since);
  const rows =
    input.sessionId === undefined
      ? view.db.list(selectAll, day)
      : view.db.list(selectOfSession, input.sessionId, day);
  return rows.map((row) => ({
    day: row.day,
    agentId: row.agent_id,
    provider: row.provider,
    model: row.model,
    ...toSum(row),
  }));
}

function toSum(row: UsageSum): Omit<UsageTotal, 'key'> {
  return {
    calls: row.calls,
    cutCalls: row.cut,
    estimatedCalls: row.estimated,
    usage: {
      inputTokens: row.input_tokens,
      outputTokens: row.output_tokens,
      cacheReadTokens: row.cache_read_tokens,
      cacheWriteTokens: row.cache_write_tokens,
      reasoningTokens: row.reasoning_tokens,
    },
    costMicros: row.cost_micros,
    unpricedCalls: row.unpriced,
  };
}

const totals = (key: string, order: string, from = 'usage') =>
  query<UsageSum & { readonly key: string }>(
    `SELECT ${key} AS key, ${sums} FROM ${from} WHERE usage.space = 'main' AND day >= ? GROUP BY 1 ORDER BY ${order} LIMIT ?`,
  );
const dearestFirst = 'cost_micros DESC, calls DESC, key';
const selectTotals: Readonly<Record<UsageGrouping, ReturnType<typeof totals>>> = {
  day: totals('day', 'key DESC'),
  agent: totals('usage.agent_id', dearestFirst),
  model: totals("provider || '/' || usage.model", dearestFirst),
  session: totals(
    'session.key',
    dearestFirst,
    `usage JOIN session ON session.space = 'main' AND session.id = usage.session_id`,
  ),
  person: totals('person_id', dearestFirst),
};

/** Sums by one thing. Days come in order, the newest of them where there are more than the limit. */
export function usageBy(view: View, input: Parameters<Reader['usageBy']>[0]): UsageTotal[] {
  const { since, by, limit } = input;
  const rows = view.db.list(selectTotals[by], toDay(since), toLimit(limit));
  const found = rows.map((row) => ({ key: row.key, ...toSum(row) }));
  return by === 'day' ? found.toReversed() : found;
}

/** Today's, for people to see; the journal decides by its own. */
export function readSpending(
  view: View,
  { scopes }: Parameters<Reader['readSpending']>[0],
): Awaited<ReturnType<Reader['readSpending']>> {
  const day = toDay(view.now);
  return scopes.map((scope) => ({
    scope,
    spentMicros: findSpent(view.db, day, scope) ?? sumSpent(view.db, day, scope),
    reservedMicros: findReserved(view.db, view.boot, scope),
  }));
}

const selectAudit = query<Pick<AuditRecord, 'at' | 'kind' | 'principal' | 'details'>>(
  `SELECT at, kind, principal, details FROM audit WHERE space = 'main' ORDER BY seq DESC LIMIT ?`,
);

/** Newest first. */
export function readAudit(
  view: View,
  input: { limit: number },
): Awaited<ReturnType<Reader['readAudit']>> {
  return view.db
    .list(selectAudit, toLimit(input.limit))
    .map((row) => ({ ...row, details: fromStored(row.details) }));
}
