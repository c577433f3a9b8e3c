import type { AssistantMessage, RunOutcome } from '@cuttle/core-types';
import type { SubagentJournal } from '@cuttle/core-types/ports';
import { query } from '../database.ts';
import type { RunRecord, SubagentRecord } from '../rows.ts';
import { lockSession, toSettled, type Unit } from '../unit.ts';
import { cutRun, endRun, settleBound } from './end-run.ts';
import { findRunRow } from './runs.ts';
import { endSubagent, findSubagentRow } from './subagent-rows.ts';
import { cancelTasks, readyParent } from './subagent-waits.ts';

type AbortedBy = Extract<RunOutcome, { status: 'aborted' }>['by'];
interface Stop {
  readonly by: AbortedBy;
  /** The reason code of the messages that are cancelled. */
  readonly reason: string;
}

const selectOpen = query<SubagentRecord>(
  `SELECT * FROM subagent WHERE space = 'main' AND parent_session = ? AND ended_at IS NULL ORDER BY id`,
);

/**
 * Ends every sub-agent of a session, or of one run of it, with all below them, in the transaction that ends what is above them: none
 * is left running under something that was stopped. Nobody reads their results: they are kept as cancelled messages.
 */
export function stopBelow(
  unit: Unit,
  place: {
    readonly sessionId: string;
    readonly runId?: string | undefined;
    /** A run that the stop does not reach. */
    readonly keep?: string | undefined;
  },
  stop: Stop,
): void {
  for (const row of unit.db.list(selectOpen, place.sessionId)) {
    if (place.runId !== undefined && row.parent_run !== place.runId) continue;
    if (row.parent_run === place.keep) continue;
    unit.point('abort.between.levels');
    stopOne(unit, row, { ...stop, unread: stop.reason });
  }
}

function stopOne(
  unit: Unit,
  row: SubagentRecord,
  stop: Stop & { readonly unread: string | undefined },
): void {
  const { by, reason, unread } = stop;
  const session = lockSession(unit, row.session_id);
  const run = row.run_id === null ? undefined : findRunRow(unit, row.run_id);
  const outcome = { status: 'aborted', by } as const;
  cancelTasks(unit, session, { row, reason });
  if (run) {
    // What is below goes first: a result that nobody reads any more is not queued for a run that ends.
    stopBelow(unit, { sessionId: session.id, runId: run.id }, stop);
    cutRun(unit, session, { run, partial: shownSoFar(unit, run) });
    endRun(unit, session, { run, outcome, outbound: [], unread });
    settleBound(unit, run, { state: 'cancelled', reason });
  } else {
    endSubagent(unit, { row, run: undefined, outcome, unread });
    readyParent(unit, row.parent_session);
  }
}

const selectShown = query<{ text: string }>(
  `SELECT delta.text FROM step JOIN delta ON delta.space = 'main' AND delta.run_id = step.run_id AND delta.n = step.n AND delta.attempt = step.attempt
WHERE step.space = 'main' AND step.run_id = ? AND step.state = 'open' ORDER BY delta.start`,
);

/** The words of the open step that are in the rows: what came after them was seen by nobody who reads later. */
function shownSoFar(unit: Unit, run: RunRecord): AssistantMessage | undefined {
  const text = unit.db
    .list(selectShown, run.id)
    .map((row) => row.text)
    .join('');
  return text === '' ? undefined : { role: 'assistant', parts: [{ type: 'text', text }] };
}

type Input<Name extends keyof SubagentJournal> = Parameters<SubagentJournal[Name]>[0];
type Output<Name extends keyof SubagentJournal> = Awaited<ReturnType<SubagentJournal[Name]>>;

export function stopSubagent(unit: Unit, input: Input<'stopSubagent'>): Output<'stopSubagent'> {
  const row = findSubagentRow(unit, input.subagentId);
  const { parentSessionId } = input;
  if (!row || row.ended_at !== null) return { kind: 'none' };
  if (parentSessionId !== undefined && row.parent_session !== parentSessionId)
    return { kind: 'none' };
  const reason = input.by === 'timeout' ? 'timeout' : 'stopped';
  stopOne(unit, row, { by: input.by, reason, unread: undefined });
  return { kind: 'stopped', ...toSettled(unit) };
}
