import { query } from '../database.ts';
import type { InboundRecord, RunRecord, SubagentRecord } from '../rows.ts';
import { fromStored } from '../stored-json.ts';
import type { LockedSession, Unit } from '../unit.ts';
import { cancelQueued, findActiveRun } from './runs.ts';
import { listSteering } from './steps.ts';
import { findSubagentRow } from './subagent-rows.ts';

/** The ids of a wait, as one reference. */
export function toWaitRef(ids: readonly string[]): string {
  return ids.join(',');
}

/** Whether all that a reference names have ended. */
export function haveEnded(unit: Unit, ref: string): boolean {
  return ref.split(',').every((id) => findSubagentRow(unit, id)?.ended_at !== null);
}

const ready = `UPDATE run SET state = 'ready', wait = NULL, resume_at = NULL WHERE space = 'main' AND id = ? AND state = 'parked'`;

/** The end of a sub-agent wakes the run of its parent's session that waits for it, and for no other one any more. */
export function readyParent(unit: Unit, parentSessionId: string): void {
  const run = findActiveRun(unit, parentSessionId);
  if (run?.state !== 'parked' || run.wait === null) return;
  const wait = fromStored(run.wait);
  if (wait.kind === 'child' && haveEnded(unit, wait.ref)) unit.db.run(ready, run.id);
}

/** Whether a person wants something else of a run that waits: what its own sub-agents say is no such wish. */
export function isSteered(unit: Unit, session: LockedSession, run: RunRecord): boolean {
  return listSteering(unit, session, run).some(
    (row) => row.subagent_id === null || isSteering(row),
  );
}

function isSteering({ subagent_id: id, external_id: externalId }: InboundRecord): boolean {
  return id !== externalId;
}

const selectOpen = query<{ id: string }>(
  `SELECT id FROM subagent WHERE space = 'main' AND parent_session = ? AND ended_at IS NULL LIMIT 1`,
);

export function hasOpenSubagents(unit: Unit, sessionId: string): boolean {
  return unit.db.find(selectOpen, sessionId) !== undefined;
}

const selectOpenIds = query<{ id: string }>(
  `SELECT id FROM subagent WHERE space = 'main' AND parent_session = ? AND parent_run = ? AND ended_at IS NULL ORDER BY id`,
);

/** Those of a run that have not ended. */
export function listOpenOf(unit: Unit, run: Pick<RunRecord, 'id' | 'session_id'>): string[] {
  return unit.db.list(selectOpenIds, run.session_id, run.id).map(({ id }) => id);
}

const selectQueued = query<InboundRecord>(
  `SELECT * FROM inbound WHERE space = 'main' AND session_id = ? AND state = 'queued' AND control = 0 AND subagent_id = ? ORDER BY seq`,
);

/** What was still to be said to one that ends. */
export function cancelTasks(
  unit: Unit,
  session: LockedSession,
  cancel: { readonly row: SubagentRecord; readonly reason: string },
): void {
  if (session.queued === 0) return;
  const { row, reason } = cancel;
  for (const queued of unit.db.list(selectQueued, session.id, row.id))
    cancelQueued(unit, session, { row: queued, reason });
}
