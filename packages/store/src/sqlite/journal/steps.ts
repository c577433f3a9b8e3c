import type {
  BoundInput,
  Committed,
  Journal,
  OpenedStep,
  PlannedCall,
  StepRecord,
} from '@cuttle/core-types/ports';
import { CuttleError } from '@cuttle/core-types/errors';
import { query } from '../database.ts';
import type { InboundRecord, RunRecord, StepRow } from '../rows.ts';
import { toStored } from '../stored-json.ts';
import { addEvent, lockSession, type LockedSession, toCommitted, type Unit } from '../unit.ts';
import { openStepWith, toBoundInput } from './bind.ts';
import { releaseReservation } from './budgets.ts';
import { addTaint, cancelExpired, holdRun, isAdmissible, noteProgress, taintOf } from './runs.ts';
import { appendAnswer, appendResults } from './transcript.ts';
import { addCutCalls, addUsageRow } from './usage.ts';

const selectStep = query<StepPlace>(
  `SELECT n, state, attempt, upto_seq, summary_upto FROM step WHERE space = 'main' AND run_id = ? AND n = ?`,
);
const selectLastStep = query<StepPlace>(
  `SELECT n, state, attempt, upto_seq, summary_upto FROM step WHERE space = 'main' AND run_id = ? ORDER BY n DESC LIMIT 1`,
);

/** Where a step stands, without what it said. */
type StepPlace = Pick<StepRow, 'n' | 'state' | 'attempt' | 'upto_seq' | 'summary_upto'>;

/** Opens the next step: results and steering enter the transcript, the boundary is stored. */
export function openStep(
  unit: Unit,
  input: { runId: string; fence: string; step: number; onlyIfSteered?: boolean },
): OpenedStep | undefined {
  const { runId, step } = input;
  const run = holdRun(unit, runId, input.fence);
  const session = lockSession(unit, run.session_id);
  const known = findStep(unit, runId, step);
  if (known) return toOpened(known, listBoundBy(unit, runId, step), unit);
  const rows = listSteering(unit, session, run);
  if (input.onlyIfSteered && rows.length === 0) return undefined;
  requireClosedBefore(unit, runId, step);
  appendResults(unit, session, { runId, step: step - 1 });
  const opened = openStepWith(unit, session, { runId, step, rows });
  addTaint(unit, session, { run, sources: taintOf(rows) });
  noteProgress(unit, run);
  return { step, attempt: 1, ...opened, events: unit.events };
}

export function findStep(unit: Unit, runId: string, step: number): StepPlace | undefined {
  return unit.db.find(selectStep, runId, step);
}

export function findLastStep(unit: Unit, runId: string): StepPlace | undefined {
  return unit.db.find(selectLastStep, runId);
}

function toOpened(step: StepPlace, bound: readonly BoundInput[], unit: Unit): OpenedStep {
  const { attempt, upto_seq: uptoSeq } = step;
  const summaryUpto = step.summary_upto ?? undefined;
  return { step: step.n, attempt, uptoSeq, summaryUpto, bound, events: unit.events };
}

const selectBoundBy =
  query<InboundRecord>(`SELECT inbound.* FROM inbound JOIN entry ON entry.space = 'main' AND entry.inbound_id = inbound.id
WHERE inbound.space = 'main' AND inbound.run_id = ?1 AND entry.run_id = ?1 AND entry.n = ?2 ORDER BY inbound.seq`);

function listBoundBy(unit: Unit, runId: string, step: number): BoundInput[] {
  return unit.db.list(selectBoundBy, runId, step).map(toBoundInput);
}

const selectSteering = query<InboundRecord>(
  `SELECT * FROM inbound WHERE space = 'main' AND session_id = ? AND state = 'queued' AND control = 0 AND mode IN ('steer', 'interrupt') ORDER BY seq`,
);
const selectFirst = query<InboundRecord>(`SELECT * FROM inbound WHERE space = 'main' AND id = ?`);

/** Queued rows that may steer this run now. What was said after a message that is about to interrupt it is for the run that follows. */
export function listSteering(
  unit: Unit,
  session: LockedSession,
  run: RunRecord,
): readonly InboundRecord[] {
  cancelExpired(unit, session);
  if (session.queued === 0) return [];
  const first = unit.db.find(selectFirst, run.id);
  if (!first) return [];
  const rows = unit.db.list(selectSteering, session.id).filter((row) => isAdmissible(row, first));
  const end = rows.findIndex(isInterrupt);
  return end < 0 ? rows : rows.slice(0, end);
}

/** One that was to interrupt a sub-agent and comes too late for that is not lost: it steers. */
function isInterrupt({ mode, subagent_id: subagentId }: InboundRecord): boolean {
  return mode === 'interrupt' && subagentId === null;
}

const selectOpenCall = query<{ i: number }>(
  `SELECT i FROM call WHERE space = 'main' AND run_id = ? AND n = ? AND state IN ('planned', 'started') LIMIT 1`,
);

/** The step before is done and all of its calls are terminal; the steps before it were, when it opened. */
function requireClosedBefore(unit: Unit, runId: string, step: number): void {
  const last = findLastStep(unit, runId);
  const open = unit.db.find(selectOpenCall, runId, step - 1);
  if (last?.n === step - 1 && last.state === 'done' && !open) return;
  throw new CuttleError(
    'request.invalid',
    open
      ? `Step ${step} of run ${runId} cannot open: call ${open.i} of the step before has no result.`
      : `Step ${step} of run ${runId} cannot open: its last step is ${last?.n ?? 0} (${last?.state ?? 'none'}).`,
  );
}

export function hasOpenCalls(unit: Unit, runId: string, step: number): boolean {
  return unit.db.find(selectOpenCall, runId, step) !== undefined;
}

const restart = query<{ attempt: number }>(
  `UPDATE step SET attempt = attempt + 1, counted = attempt WHERE space = 'main' AND run_id = ? AND n = ? AND state = 'open' RETURNING attempt`,
);

/** A further attempt of the open step, with the same boundary. */
export function restartStep(
  unit: Unit,
  input: Parameters<Journal['restartStep']>[0],
): { attempt: number; events: Unit['events'] } {
  const { runId, step } = input;
  const run = holdRun(unit, runId, input.fence);
  const session = lockSession(unit, run.session_id);
  const row = unit.db.find(restart, runId, step);
  if (!row) throw new CuttleError('request.invalid', `Step ${step} of run ${runId} is not open.`);
  addCutCalls(unit, session, input.cut);
  addEvent(unit, session, { kind: 'step.restart', runId, ref: { step, attempt: row.attempt } });
  return { attempt: row.attempt, events: unit.events };
}

/** The open step becomes done. */
export function recordStep(unit: Unit, input: StepRecord): Committed {
  const run = holdRun(unit, input.runId, input.fence);
  storeStep(unit, lockSession(unit, run.session_id), { run, record: input });
  return toCommitted(unit);
}

const closeStep = `UPDATE step SET state = 'done', counted = attempt, answer = ?, finish = ?, usage = ?, provider = ?, model = ?, cost_micros = ?, closed_at = ? WHERE space = 'main' AND run_id = ? AND n = ? AND state = 'open'`;

/** Stores what a step answered; a step that is done already stays as it is. */
export function storeStep(
  unit: Unit,
  session: LockedSession,
  input: { readonly run: RunRecord; readonly record: StepRecord },
): void {
  const { run, record } = input;
  const { runId, step, answer, finish, usage } = record;
  const row = {
    answer: toStored(answer),
    finish,
    usage: toStored(usage),
    provider: record.provider,
    model: record.model,
    cost_micros: record.costMicros ?? null,
  };
  const closed = unit.db.run(
    closeStep,
    row.answer,
    row.finish,
    row.usage,
    row.provider,
    row.model,
    row.cost_micros,
    unit.now,
    runId,
    step,
  );
  if (closed === 0) return requireDone(unit, runId, step);
  appendAnswer(unit, session, { runId, step, row });
  for (const call of record.calls) insertCall(unit, record, call);
  if (record.saidBy !== 'system') addUsageRow(unit, session, record);
  addCutCalls(unit, session, record.cut);
  if (record.context) {
    session.context_tokens = record.context.tokens;
    session.context_scale = record.context.scale;
  }
  if (record.reserved) releaseReservation(unit, runId, step);
  addEvent(unit, session, { kind: 'step.end', runId, ref: { step } });
  noteProgress(unit, run);
}

function requireDone(unit: Unit, runId: string, step: number): void {
  const known = findStep(unit, runId, step);
  if (known?.state !== 'done')
    throw new CuttleError(
      'request.invalid',
      `Step ${step} of run ${runId} is ${known?.state ?? 'missing'}, so nothing can be recorded.`,
    );
}

const insertCallRow = `INSERT INTO call (id, run_id, n, i, call_id, tool, input, effect, plan_hash, gated, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'planned')`;

function insertCall(unit: Unit, record: StepRecord, call: PlannedCall): void {
  const { runId, step } = record;
  unit.db.run(
    insertCallRow,
    toCallRow(runId, step, call.index),
    runId,
    step,
    call.index,
    call.callId,
    call.tool,
    toStored(call.input),
    call.effect,
    call.planHash,
    Number(call.gated),
  );
}

/** The id of a call's row. */
export function toCallRow(runId: string, step: number, index: number): string {
  return `${runId}:${step}:${index}`;
}

const selectDeltaTarget = query<Pick<StepPlace, 'state' | 'attempt'>>(
  `SELECT state, attempt FROM step WHERE space = 'main' AND run_id = ? AND n = ?`,
);
const insertDelta = `INSERT INTO delta (run_id, n, attempt, start, text) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`;

/** Text already shown. What comes late, for a closed step or an older attempt, is of no use and is dropped. */
export function appendDelta(
  unit: Unit,
  input: {
    runId: string;
    fence: string;
    step: number;
    attempt: number;
    offset: number;
    text: string;
  },
): void {
  const { runId, step, attempt } = input;
  holdRun(unit, runId, input.fence);
  const target = unit.db.find(selectDeltaTarget, runId, step);
  if (target?.state !== 'open' || target.attempt !== attempt) return;
  unit.db.run(insertDelta, runId, step, attempt, input.offset, input.text);
}
