import type { AwaitedSubagent, SubagentJournal, TakenResults } from '@cuttle/core-types/ports';
import { query } from '../database.ts';
import type { InboundRecord, SubagentRecord } from '../rows.ts';
import { fromStoredOr, toStored } from '../stored-json.ts';
import {
  addEvent,
  lockSession,
  type LockedSession,
  openSession,
  toCommitted,
  type Unit,
} from '../unit.ts';
import { freeParked } from './approvals.ts';
import { holdRun } from './runs.ts';
import { toCallRow } from './steps.ts';
import { findSubagentOfCall, findSubagentRow, type Passed, passOn } from './subagent-rows.ts';
import { isSteered } from './subagent-waits.ts';
import { findWorkerTask, insertWorkerTask, stateOf } from './worker-rows.ts';

type Input<Name extends keyof SubagentJournal> = Parameters<SubagentJournal[Name]>[0];
type Output<Name extends keyof SubagentJournal> = Awaited<ReturnType<SubagentJournal[Name]>>;

/** A child of a run's call, while the run is held: its session, its task and its row, once per call. */
export function spawnSubagent(unit: Unit, draft: Input<'spawnSubagent'>): Output<'spawnSubagent'> {
  const run = holdRun(unit, draft.runId, draft.fence);
  const callRow = toCallRow(draft.runId, draft.step, draft.index);
  const known = findSubagentOfCall(unit, callRow);
  if (known) return toKnown(unit, known);
  const parent = lockSession(unit, run.session_id);
  const open = countOpen(unit, parent.id);
  if (open >= draft.mostOpen) return { kind: 'full', open };
  const session = openSession(unit, { key: draft.sessionKey, agentId: draft.agentId });
  if (draft.kind === 'message' && waitsFor(unit, session.id, parent.id)) return { kind: 'cycle' };
  const isOurs = draft.worker === undefined;
  if (isOurs) passOn(unit, session, taskOf(draft, { from: run.id, callRow }));
  insertSubagent(unit, draft, { callRow, root: run.root, parent, session });
  if (!isOurs) insertWorkerTask(unit, draft, draft.worker);
  const ref = { subagentId: draft.subagentId, detail: { label: draft.label } };
  addEvent(unit, parent, { kind: 'subagent.start', ref });
  const { subagentId, sessionKey } = draft;
  return {
    kind: 'spawned',
    again: false,
    subagentId,
    sessionId: session.id,
    sessionKey,
    ...toCommitted(unit),
  };
}

/** The message that a run of the session begins with. */
function taskOf(
  draft: Input<'spawnSubagent'>,
  { from, callRow }: { readonly from: string; readonly callRow: string },
): Passed & { readonly from: string } {
  const { subagentId, bodyHash, body, taint, hops } = draft;
  return {
    from,
    inboundId: subagentId,
    externalId: callRow,
    bodyHash,
    subagentId,
    body,
    taint,
    mode: 'followup',
    route: 'stays',
    hops,
  };
}

function toKnown(
  unit: Unit,
  row: SubagentRecord,
): Extract<Output<'spawnSubagent'>, { kind: 'spawned' }> {
  const { id: sessionId, key: sessionKey } = lockSession(unit, row.session_id);
  const subagentId = row.id;
  return { kind: 'spawned', again: true, subagentId, sessionId, sessionKey, ...toCommitted(unit) };
}

const insertRow = `INSERT INTO subagent (id, kind, parent_call, parent_run, parent_session, parent_generation, root, session_id, agent_id, label, model, depth, lineage, tools, deadline_at, state, created_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?)`;

function insertSubagent(
  unit: Unit,
  draft: Input<'spawnSubagent'>,
  place: {
    readonly callRow: string;
    readonly root: string;
    readonly parent: LockedSession;
    readonly session: LockedSession;
  },
): void {
  const { parent } = place;
  unit.db.run(
    insertRow,
    draft.subagentId,
    draft.kind,
    place.callRow,
    draft.runId,
    parent.id,
    parent.generation,
    place.root,
    place.session.id,
    draft.agentId,
    draft.label,
    draft.model ?? null,
    draft.depth,
    toStored(draft.lineage),
    draft.tools ? toStored(draft.tools) : null,
    draft.deadlineAt ?? null,
    unit.now,
  );
}

const countRows = query<{ n: number }>(
  `SELECT count(*) AS n FROM subagent WHERE space = 'main' AND parent_session = ? AND ended_at IS NULL`,
);

function countOpen(unit: Unit, sessionId: string): number {
  return unit.db.find(countRows, sessionId)?.n ?? 0;
}

const selectWaited = query<{ session_id: string }>(
  `SELECT session_id FROM subagent WHERE space = 'main' AND parent_session = ? AND ended_at IS NULL`,
);

/** Whether a session waits for another one, itself or through those that it waits for. */
function waitsFor(unit: Unit, sessionId: string, wanted: string): boolean {
  const seen = new Set([sessionId]);
  for (const one of seen) {
    if (one === wanted) return true;
    for (const next of unit.db.list(selectWaited, one)) seen.add(next.session_id);
  }
  return false;
}

const selectSeen = query<{ at: number }>(
  `SELECT at FROM seen WHERE space = 'main' AND account_id = ? AND external_id = ?`,
);
const selectInbound = query<InboundRecord>(`SELECT * FROM inbound WHERE space = 'main' AND id = ?`);

export function steerSubagent(unit: Unit, input: Input<'steerSubagent'>): Output<'steerSubagent'> {
  const row = findSubagentRow(unit, input.subagentId);
  const { parentSessionId } = input;
  const isOthers = parentSessionId !== undefined && row?.parent_session !== parentSessionId;
  if (!row || isOthers || row.kind !== 'task') return { kind: 'unknown' };
  if (findWorkerTask(unit, row.id)) return { kind: row.ended_at === null ? 'outside' : 'ended' };
  const session = lockSession(unit, row.session_id);
  const steered = { kind: 'steered', sessionId: session.id, sessionKey: session.key } as const;
  const account = unit.db.find(selectInbound, row.id)?.account_id ?? '';
  const externalId = `steer:${row.id}:${input.key}`;
  if (unit.db.find(selectSeen, account, externalId)) return { ...steered, ...toCommitted(unit) };
  if (row.ended_at !== null) return { kind: 'ended' };
  passOn(unit, session, {
    from: row.id,
    inboundId: input.inboundId,
    externalId,
    bodyHash: input.bodyHash,
    subagentId: row.id,
    body: input.body,
    taint: input.taint,
    mode: 'interrupt',
    route: 'stays',
  });
  freeParked(unit, session, input.inboundId);
  return { ...steered, ...toCommitted(unit) };
}

export function takeResults(unit: Unit, input: Input<'takeResults'>): TakenResults {
  const run = holdRun(unit, input.runId, input.fence);
  const session = lockSession(unit, run.session_id);
  const callRow = toCallRow(input.runId, input.step, input.index);
  const wanted =
    input.subagentIds ?? listUntold(unit, { sessionId: session.id, runId: run.id, callRow });
  const found = wanted.map((id) => findSubagentRow(unit, id));
  const rows = found.filter((row) => row?.parent_session === session.id);
  const known = rows.filter((row) => row !== undefined);
  const begunAt = findClosedAt(unit, input.runId, input.step) ?? unit.now;
  const untilMs = begunAt + input.timeoutMs;
  const settled =
    known.every((row) => row.ended_at !== null) ||
    unit.now >= untilMs ||
    isSteered(unit, session, run);
  return {
    settled,
    untilMs,
    unknown: wanted.filter((id) => !known.some((row) => row.id === id)),
    subagents: known.map((row) => tell(unit, session, { row, callRow, runId: run.id, settled })),
  };
}

const selectUntold = query<{ id: string }>(
  `SELECT subagent.id FROM subagent LEFT JOIN inbound ON inbound.space = 'main' AND inbound.id = subagent.result_id
WHERE subagent.space = 'main' AND parent_session = ? AND parent_run = ? AND (subagent.ended_at IS NULL OR inbound.state = 'queued' OR taken_by = ?) ORDER BY subagent.id`,
);

/** All of a run whose results the model does not know yet. */
function listUntold(
  unit: Unit,
  place: { readonly sessionId: string; readonly runId: string; readonly callRow: string },
): string[] {
  return unit.db
    .list(selectUntold, place.sessionId, place.runId, place.callRow)
    .map(({ id }) => id);
}

const selectClosed = query<{ closed_at: number | null }>(
  `SELECT closed_at FROM step WHERE space = 'main' AND run_id = ? AND n = ?`,
);

/** When the model asked for it: the same for every attempt of a call. */
function findClosedAt(unit: Unit, runId: string, step: number): number | undefined {
  return unit.db.find(selectClosed, runId, step)?.closed_at ?? undefined;
}

function tell(
  unit: Unit,
  session: LockedSession,
  take: {
    readonly row: SubagentRecord;
    readonly callRow: string;
    readonly runId: string;
    readonly settled: boolean;
  },
): AwaitedSubagent {
  const { row, callRow } = take;
  const isOurs = row.taken_by === callRow || (take.settled && takeOne(unit, session, take));
  const told = row.ended_at !== null && !isOurs;
  return {
    subagentId: row.id,
    label: row.label,
    sessionKey: lockSession(unit, row.session_id).key,
    state: stateOf(unit, row),
    outcome: fromStoredOr(row.outcome),
    reply: told ? undefined : (row.reply ?? undefined),
    usage: fromStoredOr(row.usage),
    taint: isOurs ? (fromStoredOr(row.taint) ?? []) : [],
    tookMs: (row.ended_at ?? unit.now) - row.created_at,
    told,
  };
}

const bindResult = `UPDATE inbound SET state = 'bound', run_id = ? WHERE space = 'main' AND id = ? AND state = 'queued'`;
const noteTaken = `UPDATE subagent SET taken_by = ? WHERE space = 'main' AND id = ?`;

/** The result belongs to the call from here on: it is not shown as a message any more. False where it was shown. */
function takeOne(
  unit: Unit,
  session: LockedSession,
  take: { readonly row: SubagentRecord; readonly callRow: string; readonly runId: string },
): boolean {
  const { row } = take;
  if (row.result_id === null) return false;
  if (unit.db.run(bindResult, take.runId, row.result_id) === 0) return false;
  session.queued -= 1;
  unit.queued -= 1;
  unit.db.run(noteTaken, take.callRow, row.id);
  return true;
}
