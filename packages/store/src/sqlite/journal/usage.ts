import type { CallUsage, StepRecord } from '@cuttle/core-types/ports';
import type { LockedSession, Unit } from '../unit.ts';
import { toDay } from '../utc-day.ts';
import { addSpending } from './budgets.ts';

const addToSums = `INSERT INTO usage (day, session_id, agent_id, person_id, provider, model, calls, unpriced, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens, cost_micros)
VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET calls = calls + 1, unpriced = unpriced + excluded.unpriced, input_tokens = input_tokens + excluded.input_tokens, output_tokens = output_tokens + excluded.output_tokens,
cache_read_tokens = cache_read_tokens + excluded.cache_read_tokens, cache_write_tokens = cache_write_tokens + excluded.cache_write_tokens,
reasoning_tokens = reasoning_tokens + excluded.reasoning_tokens, cost_micros = cost_micros + excluded.cost_micros`;

const takeOnce = `INSERT INTO kv_once (once, at) VALUES (?, ?) ON CONFLICT DO NOTHING`;

/** A call outside of every session. */
export function addUsage(unit: Unit, { callId, agentId, ...call }: CallUsage): void {
  if (unit.db.run(takeOnce, `usage:${callId}`, unit.now) === 0) return;
  addUsageRow(unit, { id: '', agent_id: agentId }, call);
}

/** A model call's usage, added to its day, session and model. */
export function addUsageRow(
  unit: Unit,
  session: Pick<LockedSession, 'id' | 'agent_id'>,
  record: Pick<StepRecord, 'usage' | 'costMicros' | 'personId' | 'provider' | 'model'>,
): void {
  const { usage, costMicros, personId = '' } = record;
  const day = toDay(unit.now);
  unit.db.run(
    addToSums,
    day,
    session.id,
    session.agent_id,
    personId,
    record.provider,
    record.model,
    Number(costMicros === undefined),
    usage.inputTokens,
    usage.outputTokens,
    usage.cacheReadTokens ?? 0,
    usage.cacheWriteTokens ?? 0,
    usage.reasoningTokens ?? 0,
    costMicros ?? 0,
  );
  if (costMicros) addSpending(unit, { day, agentId: session.agent_id, personId, costMicros });
}
