import { CuttleError } from '@cuttle/core-types/errors';
import type { Journal, Settled } from '@cuttle/core-types/ports';
import type { RunRecord } from '../rows.ts';
import { lockSession, type LockedSession, toCommitted, toSettled, type Unit } from '../unit.ts';
import { putToWait } from './approvals.ts';
import { listBoundIds } from './bind.ts';
import { cutRun, endRun, settleBound } from './end-run.ts';
import { findRunRow, isSettledUnder, requireHeld } from './runs.ts';
import { stopBelow } from './stop-subagents.ts';
import { listOpenOf, toWaitRef } from './subagent-waits.ts';
import { findLastStep, hasOpenCalls, listSteering, storeStep } from './steps.ts';
import { appendResults } from './transcript.ts';

type Input<Name extends keyof Journal> = Parameters<Journal[Name]>[0];
type Output<Name extends keyof Journal> = Awaited<ReturnType<Journal[Name]>>;

/** The end of a run that went well: last step, outbound rows, fates and `run.end` in one transaction. */
export function completeRun(unit: Unit, input: Input<'completeRun'>): Output<'completeRun'> {
  const { runId, fence, last } = input;
  const known = findRunRow(unit, runId);
  if (isSettledUnder(known, fence) && known.state === 'completed')
    return { kind: 'completed', ...queuedIn(unit, known.session_id), ...repeat(unit, runId) };
  if (isSettledUnder(known, fence) && known.ended_at === null)
    return { kind: 'waits', ...toCommitted(unit) };
  const run = requireHeld(unit, known, input);
  const session = lockSession(unit, run.session_id);
  if (last) {
    requireNoCalls(last.calls.length, runId);
    storeStep(unit, session, { run, record: last });
  }
  if (listSteering(unit, session, run).length > 0) return { kind: 'steered', ...toCommitted(unit) };
  if (run.parent_call !== null && parkForOwn(unit, session, run))
    return { kind: 'waits', ...toCommitted(unit) };
  // A step recorded here has no calls; one that was recorded before may have some.
  if (!last) appendResults(unit, session, { runId, step: requireClosed(unit, runId) });
  const outcome = { status: 'completed', finish: input.finish } as const;
  endRun(unit, session, { run, outcome, outbound: input.outbound });
  settleBound(unit, run, { state: 'answered', reason: input.silent ?? null });
  return { kind: 'completed', ...queuedIn(unit, session.id), ...toSettled(unit) };
}

/** A sub-agent reports once, so it ends after those it began itself. */
function parkForOwn(unit: Unit, session: LockedSession, run: RunRecord): boolean {
  const open = listOpenOf(unit, run);
  if (open.length === 0) return false;
  putToWait(unit, session, { run, reason: { kind: 'child', ref: toWaitRef(open) } });
  return true;
}

function queuedIn(unit: Unit, sessionId: string): { queued: number } {
  return { queued: lockSession(unit, sessionId).queued };
}

/** What a terminal transaction answers when it is asked again: the same fates, no new events. */
function repeat(unit: Unit, runId: string): Settled {
  unit.inbounds.push(...listBoundIds(unit, runId));
  return toSettled(unit);
}

function requireNoCalls(calls: number, runId: string): void {
  if (calls > 0)
    throw new CuttleError(
      'request.invalid',
      `Run ${runId} cannot end with calls of its own that nobody will run.`,
    );
}

/** The number of the last step, which is done and has no open call. */
function requireClosed(unit: Unit, runId: string): number {
  const last = findLastStep(unit, runId);
  if (last?.state !== 'done')
    throw new CuttleError(
      'request.invalid',
      `Run ${runId} cannot complete: its last step is ${last?.state ?? 'missing'}.`,
    );
  if (hasOpenCalls(unit, runId, last.n))
    throw new CuttleError('request.invalid', `Run ${runId} cannot complete: a call has no result.`);
  return last.n;
}

/** The end of a run that failed. What it said at last goes into the bubble, if there is one. */
export function failRun(unit: Unit, input: Input<'failRun'>): Settled {
  const { runId, fence, error } = input;
  const known = findRunRow(unit, runId);
  if (isSettledUnder(known, fence) && known.state === 'failed') return repeat(unit, runId);
  const run = requireHeld(unit, known, input);
  const session = lockSession(unit, run.session_id);
  if (run.parent_call !== null)
    stopBelow(unit, { sessionId: session.id, runId }, { by: 'operator', reason: error.code });
  cutRun(unit, session, { run, cut: input.cut });
  const outcome = { status: 'failed', error } as const;
  const [noticeId] = endRun(unit, session, { run, outcome, outbound: input.notice });
  settleBound(unit, run, { state: 'failed', reason: error.code, noticeId });
  return toSettled(unit);
}
