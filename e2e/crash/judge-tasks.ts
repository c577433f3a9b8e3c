import { type CrashVerdict, emptyVerdict } from '@cuttle/testkit/crash';
import type { RowReader } from './home-rows.ts';

/** A task of a worker outside, and what must have become of it. */
export interface ExpectedTask {
  /** Names the task: no other one of the home is called so. */
  readonly label: string;
  /** Each report that counts, once and in its order, the end too. */
  readonly reply: string;
  /** The last words of it, which are said nowhere else. */
  readonly end: string;
  /** Leases that it took: no kill of the gateway costs one. Undefined where the time that passes decides. */
  readonly attempt?: number | undefined;
}

/** Each task ended as its worker said it, with each report once, and its parent was told of that once. */
export function judgeTasks(rows: RowReader, tasks: readonly ExpectedTask[]): CrashVerdict {
  const violations = tasks.flatMap((task) => {
    const found = rows(
      `SELECT subagent.id, parent_session, result_id, state, reply, attempt FROM subagent JOIN worker_task ON worker_task.id = subagent.id WHERE label = ?`,
      task.label,
    );
    const [row] = found;
    if (!row || found.length > 1) return [`${found.length} tasks are called ${task.label}`];
    return [
      ...findWrongEnd(task, row),
      ...findWrongTelling(rows, task, {
        session: String(row['parent_session']),
        result: String(row['result_id']),
      }),
    ];
  });
  return { ...emptyVerdict, violations };
}

function findWrongEnd(task: ExpectedTask, row: ReturnType<RowReader>[number]): string[] {
  const { state, reply, attempt } = row;
  return [
    ...(state === 'completed' ? [] : [`the task ${task.label} is ${state}`]),
    ...(reply === task.reply
      ? []
      : [`the task ${task.label} came to ${JSON.stringify(reply)}, not ${task.reply}`]),
    ...(task.attempt === undefined || attempt === task.attempt
      ? []
      : [`the task ${task.label} was leased ${attempt} times, not ${task.attempt}`]),
  ];
}

/** In results of calls and in messages of the transcript, both of the session that gave it away. */
function findWrongTelling(
  rows: RowReader,
  { label, end }: ExpectedTask,
  { session, result }: { readonly session: string; readonly result: string },
): string[] {
  const calls = rows(
    `SELECT call.id FROM call JOIN run ON run.id = call.run_id WHERE run.session_id = ? AND instr(call.result, ?) > 0`,
    session,
    end,
  );
  const messages = rows(
    `SELECT seq FROM entry WHERE session_id = ? AND inbound_id = ?`,
    session,
    result,
  );
  const told = calls.length + messages.length;
  return told === 1 ? [] : [`the end of the task ${label} was told ${told} times`];
}
