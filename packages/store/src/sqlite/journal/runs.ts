import type { TaintSource } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import { query } from '../database.ts';
import type { InboundRecord, RunRecord } from '../rows.ts';
import { fromStored, type Stored, toStored } from '../stored-json.ts';
import { takeBackMark } from './outbound.ts';
import { addEvent, type LockedSession, type Unit } from '../unit.ts';

const selectActive = query<RunRecord>(
  `SELECT * FROM run WHERE space = 'main' AND session_id = ? AND ended_at IS NULL`,
);
const selectRun = query<RunRecord>(`SELECT * FROM run WHERE space = 'main' AND id = ?`);

/** The one run of a session that has not ended. */
export function findActiveRun(unit: Unit, sessionId: string): RunRecord | undefined {
  return unit.db.find(selectActive, sessionId);
}

export function findRunRow(unit: Unit, runId: string): RunRecord | undefined {
  return unit.db.find(selectRun, runId);
}

/** The run, if it is leased under this very fence. Throws `run.not-found` or `run.fence-lost`. */
export function holdRun(unit: Unit, runId: string, fence: string): RunRecord {
  return requireHeld(unit, findRunRow(unit, runId), { runId, fence });
}

export function requireHeld(
  unit: Unit,
  run: RunRecord | undefined,
  { runId, fence }: { readonly runId: string; readonly fence: string },
): RunRecord {
  if (!run) throw new CuttleError('run.not-found', `There is no run ${runId}.`);
  if (run.fence !== fence || run.boot !== unit.boot)
    throw new CuttleError('run.fence-lost', `Run ${runId} has another owner or has ended.`);
  return run;
}

/** The run, if it was let go under this very fence: a repeated call that already took effect. */
export function isSettledUnder(run: RunRecord | undefined, fence: string): run is RunRecord {
  return run !== undefined && run.fence === null && run.last_fence === fence;
}

const resetStalls = `UPDATE run SET stalls = 0 WHERE space = 'main' AND id = ? AND fence = ?`;

/** Something new was journaled under the run, so it is not stuck. */
export function noteProgress(unit: Unit, run: RunRecord): void {
  if (run.stalls !== 0) unit.db.run(resetStalls, run.id, run.fence);
}

const updateTaint = `UPDATE run SET taint = ? WHERE space = 'main' AND id = ?`;

/** The run's and its session's: what enters the transcript is read by every later run of this generation. */
export function addTaint(
  unit: Unit,
  session: LockedSession,
  brought: { readonly run: RunRecord; readonly sources: readonly TaintSource[] },
): void {
  const { run, sources } = brought;
  taintSession(session, sources);
  const taint = joinTaint(run.taint, sources);
  if (taint === run.taint) return;
  run.taint = taint;
  unit.db.run(updateTaint, taint, run.id);
}

/** Returns all that the session holds now. */
export function taintSession(
  session: LockedSession,
  sources: readonly TaintSource[],
): LockedSession['taint'] {
  session.taint = joinTaint(session.taint, sources);
  return session.taint;
}

/** The stored union, in order of appearance; the same text where nothing is new. */
function joinTaint(
  stored: Stored<readonly TaintSource[]>,
  sources: readonly TaintSource[],
): Stored<readonly TaintSource[]> {
  if (sources.length === 0) return stored;
  const known = new Set<TaintSource>(fromStored(stored));
  const before = known.size;
  for (const source of sources) known.add(source);
  return known.size === before ? stored : toStored<readonly TaintSource[]>([...known]);
}

/** The union of what several inbounds bring, in order of appearance. */
export function taintOf(rows: readonly InboundRecord[]): readonly TaintSource[] {
  return [...new Set(rows.flatMap((row) => fromStored(row.taint)))];
}

const cancelInbound = `UPDATE inbound SET state = 'cancelled', reason = ?, settled_at = ? WHERE space = 'main' AND id = ?`;

/** A queued row that will not be run. */
export function cancelQueued(
  unit: Unit,
  session: LockedSession,
  cancel: { readonly row: InboundRecord; readonly reason: string },
): void {
  const { row, reason } = cancel;
  unit.db.run(cancelInbound, reason, unit.now, row.id);
  takeBackMark(unit, row.id);
  session.queued -= 1;
  unit.queued -= 1;
  unit.inbounds.push(row.id);
  const ref = { inboundId: row.id, detail: { state: 'cancelled', reason } };
  addEvent(unit, session, { kind: 'inbound', ref });
}

const selectExpired = query<InboundRecord>(
  `SELECT * FROM inbound WHERE space = 'main' AND session_id = ? AND state = 'queued' AND control = 0 AND expires_at <= ? ORDER BY seq`,
);

/** Queued rows whose time has passed. */
export function cancelExpired(unit: Unit, session: LockedSession): void {
  if (session.queued === 0) return;
  for (const row of unit.db.list(selectExpired, session.id, unit.now))
    cancelQueued(unit, session, { row, reason: 'expired' });
}

/** Whether an inbound may join a run: the same place, the same sender, the same trust. */
export function isAdmissible(row: InboundRecord, first: InboundRecord): boolean {
  return (
    row.conversation_id === first.conversation_id &&
    row.principal_id === first.principal_id &&
    row.trust === first.trust
  );
}

const selectInbound = query<InboundRecord>(`SELECT * FROM inbound WHERE space = 'main' AND id = ?`);

/** The same of a stored inbound and a run, whose first inbound it is named for. */
export function mayJoin(unit: Unit, run: RunRecord, inboundId: string): boolean {
  const row = unit.db.find(selectInbound, inboundId);
  const first = unit.db.find(selectInbound, run.id);
  return row !== undefined && first !== undefined && isAdmissible(row, first);
}
