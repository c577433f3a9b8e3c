import type { Reader, UncountedStep } from '@cuttle/core-types/ports';
import { query } from '../database.ts';
import type { InboundRecord, RunRecord, SessionRecord, StepRow } from '../rows.ts';
import { fromStored, fromStoredOr } from '../stored-json.ts';
import { textOf } from '@cuttle/core-types/reading';
import { toLimit, type View } from '../view.ts';

type UncountedRow = Pick<
  StepRow,
  'run_id' | 'n' | 'state' | 'attempt' | 'counted' | 'upto_seq' | 'summary_upto' | 'answer'
> &
  Pick<RunRecord, 'session_id' | 'generation'> &
  Pick<InboundRecord, 'principal_id' | 'body'> &
  Pick<SessionRecord, 'key' | 'agent_id' | 'model'> & { readonly task_model: string | null };

const columns = `SELECT step.run_id, step.n, step.state, step.attempt, step.counted, step.upto_seq, step.summary_upto, step.answer, run.session_id, run.generation,
inbound.principal_id, inbound.body, session.key, session.agent_id, session.model, subagent.model AS task_model`;
const joined = `JOIN run ON run.space = 'main' AND run.id = step.run_id
JOIN inbound ON inbound.space = 'main' AND inbound.id = step.run_id
JOIN session ON session.space = 'main' AND session.id = run.session_id
LEFT JOIN subagent ON subagent.space = 'main' AND subagent.parent_call = run.parent_call`;
const selectOfRun = query<UncountedRow>(
  `${columns} FROM step ${joined} WHERE step.space = 'main' AND step.run_id = ? AND step.state <> 'done' AND step.counted < step.attempt`,
);
const selectEnded = query<UncountedRow>(
  `${columns} FROM step INDEXED BY step_uncounted ${joined} WHERE step.space = 'main' AND step.state = 'aborted' AND step.counted < step.attempt ORDER BY step.run_id LIMIT ?`,
);
const selectSaid = query<{ attempt: number; start: number; text: string }>(
  `SELECT attempt, start, text FROM delta WHERE space = 'main' AND run_id = ? AND n = ? AND attempt > ? ORDER BY attempt, start`,
);

/** Steps with attempts that are over and that nobody has counted. The attempt of an open step that is under way is not over. */
export function listUncounted(
  view: View,
  input: Parameters<Reader['listUncounted']>[0],
): UncountedStep[] {
  const rows =
    'runId' in input
      ? view.db.list(selectOfRun, input.runId)
      : view.db.list(selectEnded, toLimit(input.limit));
  return rows.map((row) => toUncounted(view, row)).filter(({ attempts }) => attempts.length > 0);
}

function toUncounted(view: View, row: UncountedRow): UncountedStep {
  return {
    runId: row.run_id,
    sessionId: row.session_id,
    sessionKey: row.key,
    agentId: row.agent_id,
    generation: row.generation,
    personId: row.principal_id,
    model: row.task_model ?? row.model ?? undefined,
    body: fromStored(row.body),
    step: row.n,
    uptoSeq: row.upto_seq,
    summaryUpto: row.summary_upto ?? undefined,
    attempts: attemptsOf(view, row),
  };
}

function attemptsOf(view: View, row: UncountedRow): UncountedStep['attempts'] {
  const counted = row.counted ?? row.attempt;
  const last = row.state === 'open' ? row.attempt - 1 : row.attempt;
  const said = new Map<number, string>();
  for (const { attempt, text } of view.db.list(selectSaid, row.run_id, row.n, counted))
    said.set(attempt, (said.get(attempt) ?? '') + text);
  // What was shown last is kept whole, the journal of it is coalesced.
  const answer = fromStoredOr(row.answer);
  if (answer) said.set(row.attempt, textOf(answer));
  return Array.from({ length: Math.max(0, last - counted) }, (_none, at) => {
    const attempt = counted + 1 + at;
    return { attempt, said: said.get(attempt) ?? '' };
  });
}
