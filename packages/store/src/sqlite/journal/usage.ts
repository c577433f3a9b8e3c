import type { StepRecord } from '@cuttle/core-types/ports';
import type { LockedSession, Unit } from '../unit.ts';

const addUsage = `INSERT INTO usage (day, session_id, agent_id, provider, model, calls, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens, cost_micros)
VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET calls = calls + 1, input_tokens = input_tokens + excluded.input_tokens, output_tokens = output_tokens + excluded.output_tokens,
cache_read_tokens = cache_read_tokens + excluded.cache_read_tokens, cache_write_tokens = cache_write_tokens + excluded.cache_write_tokens,
reasoning_tokens = reasoning_tokens + excluded.reasoning_tokens, cost_micros = cost_micros + excluded.cost_micros`;

/** A model call's usage, added to its day, session and model. */
export function addUsageRow(unit: Unit, session: LockedSession, record: StepRecord): void {
  const { usage } = record;
  unit.db.run(
    addUsage,
    toDay(unit.now),
    session.id,
    session.agent_id,
    record.provider,
    record.model,
    usage.inputTokens,
    usage.outputTokens,
    usage.cacheReadTokens ?? 0,
    usage.cacheWriteTokens ?? 0,
    usage.reasoningTokens ?? 0,
    record.costMicros ?? 0,
  );
}

/** The UTC day of a time. */
export function toDay(now: number): string {
  return new Date(now).toISOString().slice(0, 10);
}
