import type { RunOutcome } from '@cuttle/core-types';
import type { ClaimedRun, Journal, LastWords } from '@cuttle/core-types/ports';
import { query } from '../database.ts';
import type { InboundRecord, RunRecord } from '../rows.ts';
import { findSession, type LockedSession, toSettled, type Unit } from '../unit.ts';
import { listBound, openStepWith } from './bind.ts';
import { insertRun, toClaimed } from './claim.ts';
import { cutRun, endRun, settleBound, wordsOf } from './end-run.ts';
import { stopBelow } from './stop-subagents.ts';
import {
  adoptSubagents,
  detachInterrupted,
  endSubagent,
  findSubagentRow,
  isTask,
} from './subagent-rows.ts';
import { readyParent } from './subagent-waits.ts';
import { cancelExpired, cancelQueued, findActiveRun, isAdmissible, taintOf } from './runs.ts';
import { listSteering } from './steps.ts';

type Input<Name extends keyof Journal> = Parameters<Journal[Name]>[0];
type Output<Name extends keyof Journal> = Awaited<ReturnType<Journal[Name]>>;
type AbortedBy = Extract<RunOutcome, { status: 'aborted' }>['by'];

/** Ends whatever is active in a session, on purpose. */
export function abortRun(unit: Unit, input: Input<'abortRun'>): Output<'abortRun'> {
  const session = findSession(unit, input.sessionId);
  if (!session) return { kind: 'none', ...toSettled(unit) };
  const active = findActiveRun(unit, session.id);
  const run = input.runId === undefined || input.runId === active?.id ? active : undefined;
  const reason = reasonOf(input.by);
  if (run) stopRun(unit, session, { run, reason, ...input });
  // Also those of runs that have ended: whoever stops a session stops all that it began.
  stopBelow(unit, { sessionId: session.id, runId: input.runId }, { by: input.by, reason });
  if (input.cancelQueued) cancelQueue(unit, session, { reason });
  const settled = toSettled(unit);
  return run ? { kind: 'aborted', runId: run.id, ...settled } : { kind: 'none', ...settled };
}

/** The reason code of inbounds whose run was stopped; a person's own stop is the common one. */
function reasonOf(by: AbortedBy): string {
  return by === 'user' || by === 'operator' ? 'stopped' : by;
}

/** Cut, closed and ended, with its inbounds cancelled. */
export function stopRun(
  unit: Unit,
  session: LockedSession,
  stop: LastWords & {
    readonly by: AbortedBy;
    readonly run: RunRecord;
    readonly reason: string;
  },
): void {
  const { run, by } = stop;
  const { closing, ...said } = wordsOf(run, stop);
  stopBelow(unit, { sessionId: session.id, runId: run.id }, stop);
  cutRun(unit, session, { run, ...said });
  endRun(unit, session, { run, outcome: { status: 'aborted', by }, outbound: closing });
  settleBound(unit, run, { state: 'cancelled', reason: stop.reason });
}

const selectQueued = query<InboundRecord>(
  `SELECT * FROM inbound WHERE space = 'main' AND session_id = ? AND state = 'queued' AND control = 0 AND seq < ? ORDER BY seq`,
);

/** Everything queued in a session; `beforeSeq`: only what came before that inbound. */
export function cancelQueue(
  unit: Unit,
  session: LockedSession,
  cancel: { readonly reason: string; readonly beforeSeq?: number },
): void {
  const before = cancel.beforeSeq ?? Number.MAX_SAFE_INTEGER;
  for (const row of unit.db.list(selectQueued, session.id, before)) {
    cancelQueued(unit, session, { row, reason: cancel.reason });
    if (isTask(row)) endUnbegun(unit, row);
  }
}

/** A sub-agent whose task is cancelled before any run took it has ended too, and its parent is told. */
function endUnbegun(unit: Unit, { subagent_id: id }: InboundRecord): void {
  const row = id === null ? undefined : findSubagentRow(unit, id);
  if (!row || row.ended_at !== null || row.run_id !== null) return;
  endSubagent(unit, { row, run: undefined, outcome: { status: 'aborted', by: 'user' } });
  readyParent(unit, row.parent_session);
}

const selectInterrupts = query<InboundRecord>(
  `SELECT * FROM inbound WHERE space = 'main' AND session_id = ? AND state = 'queued' AND control = 0 AND mode = 'interrupt' ORDER BY seq`,
);
const selectInbound = query<InboundRecord>(`SELECT * FROM inbound WHERE space = 'main' AND id = ?`);
const rebind = `UPDATE inbound SET run_id = ? WHERE space = 'main' AND run_id = ? AND state = 'bound'`;

/** The old run ends and a new one starts with its inputs and the message that interrupted, in one transaction. */
export function interruptRun(
  unit: Unit,
  input: Input<'interruptRun'>,
): { aborted: string; run: ClaimedRun } | undefined {
  const session = findSession(unit, input.sessionId);
  const old = session && findActiveRun(unit, session.id);
  if (!session || !old) return undefined;
  cancelExpired(unit, session);
  const row = findInterrupt(unit, session, old);
  if (!row) return undefined;
  // What was to steer the old run was said before: it comes with the new one, ahead of what interrupts.
  const inputs = [...listSteering(unit, session, old).filter(({ seq }) => seq < row.seq), row];
  const { closing, ...said } = wordsOf(old, input);
  cutRun(unit, session, { run: old, ...said });
  const outcome = { status: 'aborted', by: 'interrupt' } as const;
  const child = detachInterrupted(unit, old);
  endRun(unit, session, { run: old, outcome, outbound: closing });
  const run = insertRun(unit, session, {
    first: row,
    fence: input.fence,
    sources: taintOf(inputs),
    child,
  });
  unit.db.run(rebind, run.id, old.id);
  adoptSubagents(unit, { sessionId: session.id, from: old, to: run.id });
  const { uptoSeq, summaryUpto } = openStepWith(unit, session, {
    runId: run.id,
    step: 1,
    rows: inputs,
  });
  const rows = listBound(unit, run.id);
  const open = { step: 1, attempt: 1, uptoSeq, summaryUpto };
  return { aborted: old.id, run: toClaimed(unit, session, { run, rows, open, resumed: false }) };
}

/** Only the one who is being answered interrupts; a message of anyone else waits its turn. */
function findInterrupt(
  unit: Unit,
  session: LockedSession,
  run: RunRecord,
): InboundRecord | undefined {
  const first = unit.db.find(selectInbound, run.id);
  if (!first) return undefined;
  const rows = unit.db.list(selectInterrupts, session.id);
  return rows.find((row) => isAdmissible(row, first));
}
