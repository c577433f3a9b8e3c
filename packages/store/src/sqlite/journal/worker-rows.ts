import type { SubagentDraft } from '@cuttle/core-types/ports';
import { query } from '../database.ts';
import type { SubagentRecord, WorkerTaskRecord } from '../rows.ts';
import { toText } from '../entry-text.ts';
import { toStored } from '../stored-json.ts';
import type { Unit } from '../unit.ts';

const selectTask = query<WorkerTaskRecord>(
  `SELECT * FROM worker_task WHERE space = 'main' AND id = ?`,
);

/** The task of a sub-agent that a worker outside has; undefined where runs work on it. */
export function findWorkerTask(unit: Unit, subagentId: string): WorkerTaskRecord | undefined {
  return unit.db.find(selectTask, subagentId);
}

const insertTask = `INSERT INTO worker_task (id, worker, task, taint, said, said_chars, attempt, silent, last_seq, finished) VALUES (?, ?, ?, ?, '', 0, 0, 0, 0, 0)`;

export function insertWorkerTask(unit: Unit, draft: SubagentDraft, worker: string): void {
  const { subagentId, body, taint } = draft;
  unit.db.run(insertTask, subagentId, worker, toText(toStored(body)), toStored(taint));
}

const closeTask = `UPDATE worker_task SET finished = ?, ended_at = ? WHERE space = 'main' AND id = ? AND ended_at IS NULL`;

/** Nobody may claim it or report to it any more. */
export function closeWorkerTask(unit: Unit, subagentId: string, by: 'worker' | 'others'): void {
  unit.db.run(closeTask, by === 'worker' ? 1 : 0, unit.now, subagentId);
}

/** Whether a worker has it now, by a lease that was not found expired. */
export function isLeased(row: {
  readonly fence: string | null;
  readonly expired_at: number | null;
}): boolean {
  return row.fence !== null && row.expired_at === null;
}

/** No run makes it one that runs: a lease does. */
export function stateOf(unit: Unit, row: SubagentRecord): SubagentRecord['state'] {
  if (row.state !== 'queued') return row.state;
  const work = findWorkerTask(unit, row.id);
  return work !== undefined && isLeased(work) ? 'running' : row.state;
}
