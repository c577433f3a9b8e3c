import type { AssistantMessage, RunOutcome } from '@cuttle/core-types';
import type { LastWords, OutboundDraft } from '@cuttle/core-types/ports';
import type { RunRecord } from '../rows.ts';
import { toStored } from '../stored-json.ts';
import { addEvent, type LockedSession, touchSession, type Unit } from '../unit.ts';
import { listBoundIds } from './bind.ts';
import { releaseReservation } from './budgets.ts';
import { closeOpenCalls } from './calls.ts';
import { closeBubbles, takeBackMark } from './outbound.ts';
import { findLastStep } from './steps.ts';
import { endSubagent, findSubagentOfCall } from './subagent-rows.ts';
import { cancelTasks, readyParent } from './subagent-waits.ts';
import { appendAnswer, appendResults } from './transcript.ts';
import { countStep } from './usage.ts';

/** A session that was quiet for this long moves up in the lists when an answer comes. */
const quietMs = 60_000;

const abortStep = `UPDATE step SET state = 'aborted', answer = ?, closed_at = ? WHERE space = 'main' AND run_id = ? AND n = ? AND state = 'open'`;

/**
 * What a run was doing when it is ended before its time: the open step aborted with the text shown so far, open calls closed.
 * The transcript stays valid: each call in it has its one result, in order.
 */
export function cutRun(
  unit: Unit,
  session: LockedSession,
  input: { readonly run: RunRecord } & Pick<LastWords, 'partial' | 'cut'>,
): void {
  const { run } = input;
  const last = findLastStep(unit, run.id);
  if (!last) return;
  const place = { runId: run.id, step: last.n };
  if (last.state !== 'open') {
    closeOpenCalls(unit, session, { run, step: last.n });
    appendResults(unit, session, place);
    return;
  }
  const partial = toPartial(input.partial);
  const answer = partial ? toStored(partial) : null;
  if (input.cut) countStep(unit, session, { runId: run.id, cut: input.cut });
  releaseReservation(unit, run.id, last.n);
  unit.db.run(abortStep, answer, unit.now, run.id, last.n);
  if (answer !== null) appendAnswer(unit, session, { ...place, row: { ...unfinished, answer } });
}

/** What a step that was cut has beside its words. */
const unfinished = { finish: null, usage: null, provider: null, model: null, cost_micros: null };

/** Told of a run that has ended meanwhile, they belong to no other one. */
export function wordsOf(
  run: RunRecord,
  { saidBy = run.id, partial, cut, closing }: LastWords,
): Omit<LastWords, 'saidBy'> {
  return saidBy === run.id ? { partial, cut, closing } : { closing: [] };
}

/** What was shown, without calls that were never stored: they have no row and would have no result. */
function toPartial(partial: AssistantMessage | undefined): AssistantMessage | undefined {
  const parts = partial?.parts.filter((part) => part.type !== 'tool-call') ?? [];
  return partial && parts.length > 0 ? { ...partial, parts, partial: true } : undefined;
}

const endRunRow = `UPDATE run SET state = ?, fence = NULL, wait = NULL, resume_at = NULL, ended_at = ?, outcome = ? WHERE space = 'main' AND id = ? AND ended_at IS NULL`;

/** The one terminal compare-and-set of a run, with its event and what it says at the end. Returns the ids of those messages. */
export function endRun(
  unit: Unit,
  session: LockedSession,
  end: {
    readonly run: RunRecord;
    readonly outcome: RunOutcome;
    readonly outbound: readonly OutboundDraft[];
    /** Why nobody reads what a sub-agent's run came to. */
    readonly unread?: string | undefined;
  },
): string[] {
  const { run, outcome } = end;
  const ended = unit.db.run(endRunRow, outcome.status, unit.now, toStored(outcome), run.id);
  if (ended === 0) throw new TypeError(`Run ${run.id} has ended already.`);
  addEvent(unit, session, { kind: 'run.end', runId: run.id, ref: { detail: outcome } });
  if (session.active_at !== null) touchSession(unit, session, quietMs);
  if (run.parent_call !== null) reportEnd(unit, session, { ...end, callRow: run.parent_call });
  return closeBubbles(unit, run.id, end.outbound);
}

/** A sub-agent's parent gets its message in the transaction of the end, and goes on if it waited for it. */
function reportEnd(
  unit: Unit,
  session: LockedSession,
  end: {
    readonly callRow: string;
    readonly run: RunRecord;
    readonly outcome: RunOutcome;
    readonly unread?: string | undefined;
  },
): void {
  const row = findSubagentOfCall(unit, end.callRow);
  if (!row || row.ended_at !== null) return;
  cancelTasks(unit, session, { row, reason: 'stopped' });
  endSubagent(unit, { ...end, row });
  readyParent(unit, row.parent_session);
}

const settle = `UPDATE inbound SET state = ?, reason = ?, notice_id = ?, settled_at = ? WHERE space = 'main' AND id = ? AND state = 'bound'`;

/** Every inbound bound to a run takes its outcome. */
export function settleBound(
  unit: Unit,
  run: RunRecord,
  fate: {
    readonly state: 'answered' | 'failed' | 'cancelled';
    readonly reason: string | null;
    readonly noticeId?: string | undefined;
  },
): void {
  for (const id of listBoundIds(unit, run.id)) {
    unit.db.run(settle, fate.state, fate.reason, fate.noticeId ?? null, unit.now, id);
    if (fate.state === 'cancelled') takeBackMark(unit, id);
    unit.inbounds.push(id);
  }
}
