import type { Fate } from '@cuttle/core-types/ports';
import { query } from '../database.ts';
import type { ApprovalRecord, CallRecord, OutboundRecord, RunRecord, StepRow } from '../rows.ts';
import { toJson } from '../stored-json.ts';
import type { View } from '../view.ts';
import { findInboundRow, type InboundWithKey, toStoredInbound } from './runs.ts';

type Moment = Fate['timeline'][number];

/** Everything that is stored of one message, in the order of time. */
export function readFate(view: View, inboundId: string): Fate | undefined {
  const row = findInboundRow(view, inboundId);
  if (!row) return undefined;
  const moments = [
    ...received(row),
    ...(row.run_id === null ? [] : [...bound(view, row), ...ofRun(view, row.run_id)]),
    ...delivered(view, row),
    ...settled(row),
  ];
  // Stable: what happened in one transaction stays in the order above.
  return { inbound: toStoredInbound(row), timeline: moments.toSorted((a, b) => a.at - b.at) };
}

function received(row: InboundWithKey): Moment[] {
  const detail = { mode: row.mode, control: row.control === 1, trust: row.trust };
  return [{ at: row.at, what: 'inbound.received', detail }];
}

const selectEntry = query<{ at: number; run_id: string; n: number }>(
  `SELECT at, run_id, n FROM entry WHERE space = 'main' AND inbound_id = ?`,
);

function bound(view: View, row: InboundWithKey): Moment[] {
  const entry = view.db.find(selectEntry, row.id);
  if (!entry) return [];
  return [{ at: entry.at, what: 'inbound.bound', detail: { runId: entry.run_id, step: entry.n } }];
}

function settled(row: InboundWithKey): Moment[] {
  if (row.settled_at === null) return [];
  return [{ at: row.settled_at, what: `inbound.${row.state}`, detail: { reason: row.reason } }];
}

const selectRun = query<RunRecord>(`SELECT * FROM run WHERE space = 'main' AND id = ?`);
const selectSteps = query<StepRow>(
  `SELECT * FROM step WHERE space = 'main' AND run_id = ? ORDER BY n`,
);
const selectCalls = query<CallRecord>(
  `SELECT * FROM call WHERE space = 'main' AND run_id = ? ORDER BY n, i`,
);
const selectApprovals =
  query<ApprovalRecord>(`SELECT approval.* FROM approval JOIN call ON call.space = 'main' AND call.id = approval.call_id
WHERE call.space = 'main' AND call.run_id = ? AND approval.space = 'main' ORDER BY call.n, call.i`);

function ofRun(view: View, runId: string): Moment[] {
  const { db } = view;
  const run = db.find(selectRun, runId);
  if (!run) return [];
  return [
    { at: run.created_at, what: 'run.start', detail: { runId, attempt: run.attempt } },
    ...db.list(selectSteps, runId).flatMap(ofStep),
    ...db.list(selectCalls, runId).flatMap(ofCall),
    ...db.list(selectApprovals, runId).flatMap(ofApproval),
    ...ended(run),
  ];
}

function ended({ ended_at: at, outcome }: RunRecord): Moment[] {
  if (at === null || outcome === null) return [];
  return [{ at, what: 'run.end', detail: toJson(outcome) }];
}

function ofStep(row: StepRow): Moment[] {
  const start = { at: row.opened_at, what: 'step.start', detail: { step: row.n } };
  if (row.closed_at === null) return [start];
  const { model, provider, attempt, cost_micros: costMicros } = row;
  const detail = { step: row.n, state: row.state, attempt, provider, model, costMicros };
  return [start, { at: row.closed_at, what: 'step.end', detail }];
}

function ofCall(row: CallRecord): Moment[] {
  const detail = { step: row.n, index: row.i, tool: row.tool };
  const moments: Moment[] = [];
  if (row.started_at !== null)
    moments.push({
      at: row.started_at,
      what: 'tool.call',
      detail: { ...detail, attempt: row.attempt },
    });
  if (row.ended_at !== null)
    moments.push({
      at: row.ended_at,
      what: 'tool.result',
      detail: { ...detail, state: row.state },
    });
  return moments;
}

function ofApproval(row: ApprovalRecord): Moment[] {
  const start = { at: row.created_at, what: 'approval.request', detail: { approvalId: row.id } };
  if (row.decided_at === null) return [start];
  const detail = { approvalId: row.id, state: row.state, by: row.decided_by };
  return [start, { at: row.decided_at, what: 'approval.resolve', detail }];
}

const selectNotice = query<OutboundRecord>(
  `SELECT * FROM outbound WHERE space = 'main' AND id = ?`,
);
// Origins of a run begin with its id and a colon; a semicolon is the next character.
const selectOfRun = query<OutboundRecord>(
  `SELECT * FROM outbound WHERE space = 'main' AND origin >= ? || ':' AND origin < ? || ';' ORDER BY origin, part`,
);

/** What was sent because of it: the answer's parts, messages of tools, the notice. */
function delivered(view: View, row: InboundWithKey): Moment[] {
  const { db } = view;
  const rows = new Map<string, OutboundRecord>();
  const notice = row.notice_id === null ? undefined : db.find(selectNotice, row.notice_id);
  const ofRuns = row.run_id === null ? [] : db.list(selectOfRun, row.run_id, row.run_id);
  for (const outbound of [...ofRuns, ...(notice ? [notice] : [])]) rows.set(outbound.id, outbound);
  return [...rows.values()].flatMap(ofOutbound);
}

function ofOutbound(row: OutboundRecord): Moment[] {
  const detail = { outboundId: row.id, kind: row.kind, part: row.part };
  const start = { at: row.created_at, what: 'outbound.prepared', detail };
  if (row.settled_at === null) return [start];
  const { attempt, reason } = row;
  return [
    start,
    { at: row.settled_at, what: `outbound.${row.state}`, detail: { ...detail, attempt, reason } },
  ];
}
