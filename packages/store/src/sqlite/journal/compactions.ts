import type { CompactionRecord, Committed, ContextJournal } from '@cuttle/core-types/ports';
import { CuttleError } from '@cuttle/core-types/errors';
import { query } from '../database.ts';
import { toStored } from '../stored-json.ts';
import { addEvent, lockSession, toCommitted, type Unit } from '../unit.ts';
import { releaseReservation } from './budgets.ts';
import { findActiveRun, holdRun, noteProgress } from './runs.ts';
import { findStep } from './steps.ts';
import { addUsageRow } from './usage.ts';

type Input<Name extends keyof ContextJournal> = Parameters<ContextJournal[Name]>[0];
type Output<Name extends keyof ContextJournal> = Awaited<ReturnType<ContextJournal[Name]>>;

/** Tells that an open step waits for a summary. */
export function beginCompaction(unit: Unit, input: Input<'beginCompaction'>): Committed {
  const { runId, step, uptoSeq } = input;
  const run = holdRun(unit, runId, input.fence);
  requireOpen(unit, runId, step);
  const session = lockSession(unit, run.session_id);
  const ref = { step, detail: { uptoSeq } };
  addEvent(unit, session, { kind: 'compaction.start', runId, ref });
  return toCommitted(unit);
}

function requireOpen(unit: Unit, runId: string, step: number): void {
  const state = findStep(unit, runId, step)?.state ?? 'missing';
  if (state === 'open') return;
  throw new CuttleError(
    'request.invalid',
    `Step ${step} of run ${runId} is ${state}, so its view is settled.`,
  );
}

const selectLive = query<{ upto_seq: number }>(
  `SELECT upto_seq FROM summary WHERE space = 'main' AND session_id = ? AND generation = ? AND upto_seq = ? AND undone_at IS NULL`,
);
const selectRevision = query<{ revision: number }>(
  `SELECT revision FROM summary WHERE space = 'main' AND session_id = ? AND generation = ? AND upto_seq = ? ORDER BY revision DESC LIMIT 1`,
);
const insertSummary = `INSERT INTO summary (session_id, generation, upto_seq, revision, body, at) VALUES (?, ?, ?, ?, ?, ?)`;
const updateBoundary = `UPDATE step SET summary_upto = ? WHERE space = 'main' AND run_id = ? AND n = ? AND state = 'open'`;

/** A summary, as part of the boundary of the open step it was made for. */
export function recordCompaction(unit: Unit, input: CompactionRecord): Committed {
  const { runId, step, uptoSeq } = input;
  const run = holdRun(unit, runId, input.fence);
  const session = lockSession(unit, run.session_id);
  const { generation } = run;
  if (unit.db.find(selectLive, session.id, generation, uptoSeq)) return toCommitted(unit);
  requireOpen(unit, runId, step);
  requireFurther(session.summary_upto ?? 0, uptoSeq);
  const last = unit.db.find(selectRevision, session.id, generation, uptoSeq)?.revision ?? 0;
  const body = toStored(input.body);
  unit.db.run(insertSummary, session.id, generation, uptoSeq, last + 1, body, unit.now);
  unit.db.run(updateBoundary, uptoSeq, runId, step);
  session.summary_upto = uptoSeq;
  session.context_tokens = input.contextTokens;
  for (const call of [input.flush, input.call]) {
    if (call) addUsageRow(unit, session, call);
    if (call?.reserved) releaseReservation(unit, runId, step);
  }
  const ref = { step, detail: { uptoSeq } };
  addEvent(unit, session, { kind: 'compaction.end', runId, ref });
  noteProgress(unit, run);
  return toCommitted(unit);
}

function requireFurther(before: number, uptoSeq: number): void {
  if (uptoSeq > before) return;
  throw new CuttleError(
    'request.invalid',
    `A summary reaches to entry ${before} already, so one to ${uptoSeq} would stand behind it.`,
  );
}

const markUndone = `UPDATE summary SET undone_at = ?, undone_by = ? WHERE space = 'main' AND session_id = ? AND generation = ? AND upto_seq >= ? AND undone_at IS NULL`;
const selectNewest = query<{ upto_seq: number }>(
  `SELECT upto_seq FROM summary WHERE space = 'main' AND session_id = ? AND generation = ? AND undone_at IS NULL ORDER BY upto_seq DESC LIMIT 1`,
);

/** The view before a summary, again. */
export function undoCompaction(
  unit: Unit,
  input: Input<'undoCompaction'>,
): Output<'undoCompaction'> {
  const { sessionId, uptoSeq, by } = input;
  const session = lockSession(unit, sessionId);
  const { generation } = session;
  if (!unit.db.find(selectLive, sessionId, generation, uptoSeq)) return { kind: 'unknown' };
  if (findActiveRun(unit, sessionId)) return { kind: 'busy' };
  const count = unit.db.run(markUndone, unit.now, by, sessionId, generation, uptoSeq);
  session.summary_upto = unit.db.find(selectNewest, sessionId, generation)?.upto_seq ?? null;
  // What it is now, the next step tells.
  session.context_tokens = null;
  const summaryUpto = session.summary_upto ?? undefined;
  addEvent(unit, session, { kind: 'compaction.undo', ref: { detail: { uptoSeq, by } } });
  return { kind: 'undone', count, summaryUpto, ...toCommitted(unit) };
}
