import { CuttleError } from '@cuttle/core-types/errors';
import type { CallUsage, CutCall, CutStep, Journal } from '@cuttle/core-types/ports';
import { type LockedSession, lockSession, type Unit } from '../unit.ts';
import { toDay } from '../utc-day.ts';
import { addSpending, releaseCall, releaseReservation } from './budgets.ts';
import { findRunRow, requireHeld } from './runs.ts';

const addToSums = `INSERT INTO usage (day, session_id, agent_id, person_id, provider, model, calls, cut, estimated, unpriced, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens, cost_micros)
VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET calls = calls + 1, cut = cut + excluded.cut, estimated = estimated + excluded.estimated, unpriced = unpriced + excluded.unpriced, input_tokens = input_tokens + excluded.input_tokens, output_tokens = output_tokens + excluded.output_tokens,
cache_read_tokens = cache_read_tokens + excluded.cache_read_tokens, cache_write_tokens = cache_write_tokens + excluded.cache_write_tokens,
reasoning_tokens = reasoning_tokens + excluded.reasoning_tokens, cost_micros = cost_micros + excluded.cost_micros`;

const takeOnce = `INSERT INTO kv_once (once, at) VALUES (?, ?) ON CONFLICT DO NOTHING`;

/** A call outside of every session. */
export function addUsage(unit: Unit, { callId, agentId, ...call }: CallUsage): void {
  if (unit.db.run(takeOnce, `usage:${callId}`, unit.now) === 0) return;
  releaseCall(unit, callId);
  addUsageRow(unit, { id: '', agent_id: agentId }, call);
}

const takeAttempt = `UPDATE step SET counted = ? WHERE space = 'main' AND run_id = ? AND n = ? AND state <> 'done' AND counted < ? AND attempt >= ?`;

/** The attempts of a step up to this one, once; those of a step that was answered are counted with its answer. */
export function countStep(
  unit: Unit,
  session: Pick<LockedSession, 'id' | 'agent_id'>,
  { runId, cut: { step, attempt, calls } }: { readonly runId: string; readonly cut: CutStep },
): void {
  if (unit.db.run(takeAttempt, attempt, runId, step, attempt, attempt) === 0) return;
  addCutCalls(unit, session, calls);
  releaseReservation(unit, runId, step);
}

export function addCutCalls(
  unit: Unit,
  session: Pick<LockedSession, 'id' | 'agent_id'>,
  calls: readonly CutCall[] = [],
): void {
  for (const call of calls) addUsageRow(unit, session, { ...call, isCut: true });
}

/** What was cut with its process, or with a run above it. */
export function countCut(unit: Unit, input: Parameters<Journal['countCut']>[0]): void {
  const { runId, fence, ...cut } = input;
  const run = findRunRow(unit, runId);
  if (!run) throw new CuttleError('run.not-found', `There is no run ${runId}.`);
  if (run.ended_at === null) requireHeld(unit, run, { runId, fence: fence ?? '' });
  countStep(unit, lockSession(unit, run.session_id), { runId, cut });
}

/** A model call's usage, added to its day, session and model. */
export function addUsageRow(
  unit: Unit,
  session: Pick<LockedSession, 'id' | 'agent_id'>,
  record: Omit<CutCall, 'isEstimated'> & {
    readonly isCut?: boolean | undefined;
    readonly isEstimated?: boolean;
  },
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
    Number(record.isCut ?? false),
    Number(record.isEstimated ?? false),
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
