import type { Reader, UsageRow } from '@cuttle/core-types/ports';
import { query } from '../database.ts';
import { toDay } from '../journal/usage.ts';
import type { AuditRecord } from '../rows.ts';
import { fromStored } from '../stored-json.ts';
import { toLimit, type View } from '../view.ts';

const sums = `SELECT day, agent_id, provider, model, sum(calls) AS calls, sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens,
sum(cache_read_tokens) AS cache_read_tokens, sum(cache_write_tokens) AS cache_write_tokens, sum(reasoning_tokens) AS reasoning_tokens, sum(cost_micros) AS cost_micros FROM usage`;
const groups = `GROUP BY day, agent_id, provider, model ORDER BY day, agent_id, provider, model`;
const selectAll = query<UsageSum>(`${sums} WHERE space = 'main' AND day >= ? ${groups}`);
const selectOfSession = query<UsageSum>(
  `${sums} WHERE space = 'main' AND session_id = ? AND day >= ? ${groups}`,
);

interface UsageSum {
  readonly day: string;
  readonly agent_id: string;
  readonly provider: string;
  readonly model: string;
  readonly calls: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_read_tokens: number;
  readonly cache_write_tokens: number;
  readonly reasoning_tokens: number;
  readonly cost_micros: number;
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
    calls: row.calls,
    usage: {
      inputTokens: row.input_tokens,
      outputTokens: row.output_tokens,
      cacheReadTokens: row.cache_read_tokens,
      cacheWriteTokens: row.cache_write_tokens,
      reasoningTokens: row.reasoning_tokens,
    },
    costMicros: row.cost_micros,
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
