import type { RunOutcome } from '@cuttle/core-types';
import type {
  ClaimedTask,
  ExpiredLease,
  WorkerJournal,
  WorkerPlace,
} from '@cuttle/core-types/ports';
import { textFor } from '@cuttle/core-types/texts';
import { query } from '../database.ts';
import type { WorkerTaskRecord } from '../rows.ts';
import { toCommitted, toSettled, type Unit } from '../unit.ts';
import { endSubagent, findSubagentRow, mostReplyChars } from './subagent-rows.ts';
import { readyParent } from './subagent-waits.ts';
import { closeWorkerTask, findWorkerTask } from './worker-rows.ts';

type Input<Name extends keyof WorkerJournal> = Parameters<WorkerJournal[Name]>[0];
type Output<Name extends keyof WorkerJournal> = Awaited<ReturnType<WorkerJournal[Name]>>;

/** A task that ended so many workers in a row before they said anything is not given to another one. */
const mostSilent = 3;

// One whose lease expired goes the way of all that waits, so that what ends its workers is counted.
const selectOfKey = query<WorkerTaskRecord>(
  `SELECT * FROM worker_task INDEXED BY worker_task_open WHERE space = 'main' AND worker = ? AND ended_at IS NULL AND holder = ? AND claim_key = ? AND expired_at IS NULL`,
);
const selectWaiting = query<WorkerTaskRecord>(
  `SELECT * FROM worker_task INDEXED BY worker_task_open WHERE space = 'main' AND worker = ? AND ended_at IS NULL AND (fence IS NULL OR expired_at IS NOT NULL) ORDER BY id LIMIT 1`,
);

export function claimWorkerTask(
  unit: Unit,
  input: Input<'claimWorkerTask'>,
): Output<'claimWorkerTask'> {
  const known = unit.db.find(selectOfKey, input.worker, input.holder, input.key);
  // Its answer was lost, or its worker was cut before it said anything: nothing is to be thrown away.
  if (known?.last_seq === 0) return toClaimed(unit, known);
  const row = known ?? unit.db.find(selectWaiting, input.worker);
  return row && toClaimed(unit, lease(unit, row, input));
}

const updateLease = query<WorkerTaskRecord>(
  `UPDATE worker_task SET fence = ?, holder = ?, claim_key = ?, lease_ms = ?, lease_until = ?, expired_at = NULL, attempt = attempt + 1, silent = silent + 1, last_seq = 0, said = '', said_chars = 0, progress = NULL
WHERE space = 'main' AND id = ? RETURNING *`,
);

function lease(
  unit: Unit,
  row: WorkerTaskRecord,
  input: Input<'claimWorkerTask'>,
): WorkerTaskRecord {
  const { fence, holder, key, leaseMs } = input;
  const until = unit.now + leaseMs;
  const leased = unit.db.find(updateLease, fence, holder, key, leaseMs, until, row.id);
  if (!leased) throw new TypeError('UPDATE … RETURNING returned no task.');
  return leased;
}

function toClaimed(unit: Unit, row: WorkerTaskRecord): ClaimedTask {
  const { label = '', deadline_at: deadlineAt = null } = findSubagentRow(unit, row.id) ?? {};
  return {
    taskId: row.id,
    fence: row.fence ?? '',
    label,
    task: row.task,
    attempt: row.attempt,
    leaseUntil: row.lease_until ?? unit.now,
    deadlineAt: deadlineAt ?? undefined,
  };
}

const selectExpired = query<WorkerTaskRecord>(
  `SELECT * FROM worker_task INDEXED BY worker_task_lease WHERE space = 'main' AND ended_at IS NULL AND expired_at IS NULL AND lease_until <= ? ORDER BY lease_until LIMIT ?`,
);
const noteExpired = `UPDATE worker_task SET expired_at = ? WHERE space = 'main' AND id = ?`;

export function expireWorkerLeases(
  unit: Unit,
  { now, limit }: Input<'expireWorkerLeases'>,
): Output<'expireWorkerLeases'> {
  const leases = unit.db.list(selectExpired, now, limit).map((row): ExpiredLease => {
    const { id: taskId, worker } = row;
    unit.db.run(noteExpired, unit.now, taskId);
    if (row.silent < mostSilent) return { taskId, worker, became: 'waits' };
    endLost(unit, row);
    return { taskId, worker, became: 'lost' };
  });
  return { leases, ...toCommitted(unit) };
}

const renewLeases = `UPDATE worker_task INDEXED BY worker_task_lease SET lease_until = max(lease_until, ? + lease_ms) WHERE space = 'main' AND ended_at IS NULL AND expired_at IS NULL AND lease_until > 0`;

export function renewWorkerLeases(unit: Unit): number {
  return unit.db.run(renewLeases, unit.now);
}

function endLost(unit: Unit, row: WorkerTaskRecord): void {
  const message = textFor('subagent.worker-lost', { worker: row.worker, times: row.silent });
  const error = { code: 'subagent.worker-lost', message };
  endTask(unit, row, { outcome: { status: 'failed', error }, by: 'others' });
}

function endTask(
  unit: Unit,
  task: WorkerTaskRecord,
  end: { readonly outcome: RunOutcome; readonly by: 'worker' | 'others' },
): void {
  const row = findSubagentRow(unit, task.id);
  if (!row) throw new TypeError(`The task ${task.id} has no sub-agent.`);
  closeWorkerTask(unit, task.id, end.by);
  endSubagent(unit, { row, run: undefined, outcome: end.outcome });
  readyParent(unit, row.parent_session);
}

/** The task, if it is leased under this very fence to this very principal, however late. */
function findHeld(unit: Unit, place: WorkerPlace): WorkerTaskRecord | undefined {
  const row = findWorkerTask(unit, place.taskId);
  return row?.fence === place.fence && row.holder === place.holder ? row : undefined;
}

const updateReport = `UPDATE worker_task SET lease_until = ?, expired_at = NULL, silent = 0, last_seq = ?, said = ?, said_chars = ?, progress = ? WHERE space = 'main' AND id = ?`;

export function reportWorkerTask(
  unit: Unit,
  input: Input<'reportWorkerTask'>,
): Output<'reportWorkerTask'> {
  const row = findHeld(unit, input);
  if (!row) return { kind: 'lost' };
  if (row.ended_at !== null) return { kind: 'stopped', acked: row.last_seq };
  const { acked, isNews } = take(unit, row, input);
  return { kind: 'held', acked, isNews, isBack: row.expired_at !== null };
}

/** A report in its turn is taken; any other one only shows that the worker lives. */
function take(
  unit: Unit,
  row: WorkerTaskRecord,
  report: Pick<Input<'reportWorkerTask'>, 'seq' | 'text' | 'progress'>,
): { readonly acked: number; readonly isNews: boolean } {
  const isNews = report.seq === row.last_seq + 1;
  const { text = '', progress } = isNews ? report : {};
  // Each report is a paragraph of the result.
  const added = text !== '' && row.said_chars > 0 ? `\n${text}` : text;
  const acked = isNews ? report.seq : row.last_seq;
  unit.db.run(
    updateReport,
    unit.now + (row.lease_ms ?? 0),
    acked,
    `${row.said}${added}`.slice(0, mostReplyChars),
    row.said_chars + added.length,
    progress ?? row.progress,
    row.id,
  );
  return { acked, isNews };
}

export function finishWorkerTask(
  unit: Unit,
  input: Input<'finishWorkerTask'>,
): Output<'finishWorkerTask'> {
  const row = findHeld(unit, input);
  if (!row) return { kind: 'lost' };
  if (row.ended_at !== null) {
    const acked = row.last_seq;
    if (row.finished === 0) return { kind: 'stopped', acked };
    return { kind: 'held', acked, ended: true, ...toSettled(unit) };
  }
  const { acked, isNews } = take(unit, row, input);
  if (isNews) endTask(unit, row, { outcome: toOutcome(row, input), by: 'worker' });
  return { kind: 'held', acked, ended: isNews, ...toSettled(unit) };
}

function toOutcome(
  { worker }: WorkerTaskRecord,
  { outcome }: Input<'finishWorkerTask'>,
): RunOutcome {
  if (outcome === 'completed') return { status: 'completed', finish: 'stop' };
  const message = textFor('subagent.worker-failed', { worker });
  return { status: 'failed', error: { code: 'subagent.worker-failed', message } };
}
