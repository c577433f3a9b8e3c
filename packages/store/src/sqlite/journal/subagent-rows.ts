import type { InboundBody, Provenance, RunOutcome, TaintSource, Usage } from '@cuttle/core-types';
import { addUsage, joinSteps, noUsage, textOf } from '@cuttle/core-types/reading';
import type { ClaimedSubagent } from '@cuttle/core-types/ports';
import { textFor } from '@cuttle/core-types/texts';
import { query } from '../database.ts';
import { pinsInForce } from '../pins.ts';
import type { InboundRecord, RunRecord, StepRow, SubagentRecord } from '../rows.ts';
import { fromStored, fromStoredOr, toStored } from '../stored-json.ts';
import { addEvent, lockSession, type LockedSession, touchSession, type Unit } from '../unit.ts';
import { closeWorkerTask, findWorkerTask } from './worker-rows.ts';

const selectById = query<SubagentRecord>(`SELECT * FROM subagent WHERE space = 'main' AND id = ?`);
const selectByCall = query<SubagentRecord>(
  `SELECT * FROM subagent WHERE space = 'main' AND parent_call = ?`,
);

export function findSubagentRow(unit: Unit, id: string): SubagentRecord | undefined {
  return unit.db.find(selectById, id);
}

export function findSubagentOfCall(unit: Unit, callRow: string): SubagentRecord | undefined {
  return unit.db.find(selectByCall, callRow);
}

/** A message of the store's own making about a sub-agent: to it, or from it. */
export function isTask({ subagent_id: id, external_id: externalId }: InboundRecord): boolean {
  return id !== null && id !== externalId;
}

const selectInbound = query<InboundRecord>(`SELECT * FROM inbound WHERE space = 'main' AND id = ?`);
const insertSeen = `INSERT INTO seen (account_id, external_id, body_hash, at) VALUES (?, ?, ?, ?)`;
const insertCopy = `INSERT INTO inbound (id, account_id, external_id, session_id, seq, conversation_id, principal_id, trust, principal, provenance, taint, route, route_kind, stateless, mode, control, body, state, reason, at, settled_at, subagent_id)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, 0, ?, ?, ?, ?, ?, ?)`;

export interface Passed {
  readonly inboundId: string;
  readonly externalId: string;
  readonly bodyHash: string;
  readonly subagentId: string;
  readonly body: InboundBody;
  readonly taint: readonly TaintSource[];
  readonly mode: InboundRecord['mode'];
  /** `answers`: to where the first message answers. `stays`: in the session it is put in. */
  readonly route: 'answers' | 'stays';
  /** `undefined`: queued. */
  readonly cancelled?: string | undefined;
  readonly hops?: number | undefined;
}

/** A message with the principal, trust and account of the one it comes from: authority never grows on the way. */
export function passOn(
  unit: Unit,
  session: LockedSession,
  message: Passed & { readonly from: string },
): void {
  const first = unit.db.find(selectInbound, message.from);
  if (!first) throw new TypeError(`There is no inbound ${message.from}.`);
  const { now } = unit;
  const stays = message.route === 'stays';
  const { inboundId, cancelled, externalId } = message;
  unit.db.run(insertSeen, first.account_id, externalId, message.bodyHash, now);
  unit.db.run(
    insertCopy,
    inboundId,
    first.account_id,
    externalId,
    session.id,
    session.next_inbound++,
    stays ? null : first.conversation_id,
    first.principal_id,
    first.trust,
    first.principal,
    toStored(provenanceFrom(first, message.hops)),
    toStored(message.taint),
    stays ? toStored({ kind: 'pull', door: 'agent', stateless: false } as const) : first.route,
    stays ? 'pull' : first.route_kind,
    message.mode,
    toStored(message.body),
    cancelled === undefined ? 'queued' : 'cancelled',
    cancelled ?? null,
    now,
    cancelled === undefined ? null : now,
    message.subagentId,
  );
  if (cancelled === undefined) {
    session.queued += 1;
    unit.queued += 1;
  }
  // A sub-agent's session is found through its parent; it is listed once a person speaks in it.
  if (session.active_at !== null) touchSession(unit, session, 0);
  addEvent(unit, session, { kind: 'inbound', ref: { inboundId } });
}

function provenanceFrom(first: InboundRecord, hops: number | undefined): Provenance {
  const from = fromStored(first.provenance);
  const count = hops ?? from.hops;
  const { accountId, trust } = from;
  return { door: 'agent', accountId, trust, ...(count !== undefined && { hops: count }) };
}

const beginRow = `UPDATE subagent SET state = 'running', run_id = ? WHERE space = 'main' AND id = ? AND ended_at IS NULL`;

/** The registry row of a run that begins with this message; undefined where no call asked for it. */
export function findBegun(unit: Unit, first: InboundRecord): SubagentRecord | undefined {
  if (first.subagent_id === null || !isTask(first)) return undefined;
  const row = findSubagentRow(unit, first.subagent_id);
  if (!row || row.ended_at !== null) return undefined;
  return row;
}

export function noteRun(unit: Unit, row: SubagentRecord, runId: string): void {
  unit.db.run(beginRow, runId, row.id);
}

/** What the run is held to. */
export function toClaimedSubagent(unit: Unit, row: SubagentRecord): ClaimedSubagent {
  return {
    subagentId: row.id,
    kind: row.kind,
    depth: row.depth,
    lineage: fromStored(row.lineage),
    tools: fromStoredOr(row.tools),
    model: row.model ?? undefined,
    orders: pinsAbove(unit, row),
  };
}

const selectTaskOf = query<SubagentRecord>(
  `SELECT * FROM subagent WHERE space = 'main' AND session_id = ? AND kind = 'task' LIMIT 1`,
);

/** The orders pinned to the sessions above: they hold for whoever works for those sessions. */
function pinsAbove(unit: Unit, row: SubagentRecord): string[] {
  const orders: string[] = [];
  for (let one: SubagentRecord | undefined = row; one;) {
    const { agent_id: agentId, key: sessionKey, id } = lockSession(unit, one.parent_session);
    orders.push(...pinsInForce(unit.db, { agentId, sessionKey }).map(({ text }) => text));
    one = unit.db.find(selectTaskOf, id);
  }
  return orders;
}

const detachRun = `UPDATE run SET parent_call = NULL WHERE space = 'main' AND id = ?`;
const adoptRows = `UPDATE subagent SET parent_run = ? WHERE space = 'main' AND parent_session = ? AND parent_run = ? AND ended_at IS NULL`;
const rerootRows = `UPDATE subagent INDEXED BY subagent_open SET root = ? WHERE space = 'main' AND root = ? AND ended_at IS NULL`;
const rerootRuns = `UPDATE run INDEXED BY run_active SET root = ? WHERE space = 'main' AND root = ? AND ended_at IS NULL`;

/** Another run takes the place of one that was interrupted: it is not the old one's end that its parent waits for. */
export function detachInterrupted(unit: Unit, old: RunRecord): SubagentRecord | undefined {
  if (old.parent_call === null) return undefined;
  const row = findSubagentOfCall(unit, old.parent_call);
  old.parent_call = null;
  unit.db.run(detachRun, old.id);
  return row;
}

/** What the interrupted run had begun is the new one's. */
export function adoptSubagents(
  unit: Unit,
  place: { readonly sessionId: string; readonly from: RunRecord; readonly to: string },
): void {
  const { sessionId, from, to } = place;
  unit.db.run(adoptRows, to, sessionId, from.id);
  if (from.root !== from.id) return;
  unit.db.run(rerootRows, to, from.id);
  unit.db.run(rerootRuns, to, from.id);
}

const selectSteps = query<Pick<StepRow, 'answer' | 'usage'>>(
  `SELECT answer, usage FROM step WHERE space = 'main' AND run_id = ? ORDER BY n`,
);
const endRow = `UPDATE subagent SET state = ?, outcome = ?, reply = ?, usage = ?, taint = ?, result_id = ?, ended_at = ? WHERE space = 'main' AND id = ? AND ended_at IS NULL`;

/** What a result says at most: the rest is in the sub-agent's session. */
export const mostReplyChars = 20_000;

export interface SubagentEnd {
  readonly row: SubagentRecord;
  /** The run that worked on it; undefined where none had begun. */
  readonly run: RunRecord | undefined;
  readonly outcome: RunOutcome;
  /** Why nobody reads the result; undefined: the parent does. */
  readonly unread?: string | undefined;
}

/**
 * The end of a sub-agent and the message that tells its parent, in one transaction. A parent whose conversation began anew since
 * is gone: the result is kept as a cancelled message, where its owner finds it.
 */
export function endSubagent(unit: Unit, end: SubagentEnd): void {
  const { row, run, outcome } = end;
  const { reply, usage, taint } = run ? saidInRun(unit, run) : saidOutside(unit, row);
  const parent = lockSession(unit, row.parent_session);
  const resultId = unit.newId();
  unit.db.run(
    endRow,
    outcome.status,
    toStored(outcome),
    reply,
    toStored(usage),
    toStored(taint),
    resultId,
    unit.now,
    row.id,
  );
  const ref = { subagentId: row.id, detail: { status: outcome.status } };
  addEvent(unit, parent, { kind: 'subagent.end', ref });
  const isGone = parent.generation !== row.parent_generation;
  const child = lockSession(unit, row.session_id);
  const text = resultText({ row, outcome, reply, usage, sessionKey: child.key, now: unit.now });
  passOn(unit, parent, {
    from: row.parent_run,
    inboundId: resultId,
    externalId: row.id,
    bodyHash: 'result',
    subagentId: row.id,
    body: { v: 1, parts: [{ type: 'text', text }] },
    taint,
    mode: 'steer',
    route: 'answers',
    cancelled: end.unread ?? (isGone ? 'parent-gone' : undefined),
  });
}

interface Said {
  readonly reply: string;
  readonly usage: Usage;
  readonly taint: readonly TaintSource[];
}

function saidInRun(unit: Unit, run: RunRecord): Said {
  const steps = unit.db.list(selectSteps, run.id);
  const answers = steps.flatMap(({ answer }) => (answer ? [textOf(fromStored(answer))] : []));
  const usage = steps.reduce<Usage>(
    (sum, step) => (step.usage ? addUsage(sum, fromStored(step.usage)) : sum),
    noUsage,
  );
  const said = joinSteps(answers);
  return { reply: cut(said, said.length), usage, taint: fromStored(run.taint) };
}

/** What a worker outside has reported so far, which may quote anything; nothing where none has it. */
function saidOutside(unit: Unit, { id }: SubagentRecord): Said {
  const work = findWorkerTask(unit, id);
  if (!work) return { reply: '', usage: noUsage, taint: [] };
  if (work.ended_at === null) closeWorkerTask(unit, id, 'others');
  const taint = new Set<TaintSource>([...fromStored(work.taint), 'client']);
  const reply = cut(work.said, work.said_chars);
  return { reply, usage: noUsage, taint: reply === '' ? [] : [...taint] };
}

/** The beginning of what is longer in whole than a result. */
function cut(text: string, total: number): string {
  if (total <= mostReplyChars) return text;
  const mark = textFor('tool.truncated', { left: total - mostReplyChars, total });
  return `${text.slice(0, mostReplyChars)}\n${mark}`;
}

/** Status first, then facts, then the words: a parent that reads only the first line knows how it ended. */
function resultText(result: {
  readonly row: SubagentRecord;
  readonly outcome: RunOutcome;
  readonly reply: string;
  readonly usage: Usage;
  readonly sessionKey: string;
  readonly now: number;
}): string {
  const { row, outcome, reply, usage } = result;
  const text = outcome.status === 'failed' ? [outcome.error.message, reply] : [reply];
  return textFor('subagent.result', {
    label: row.label,
    id: row.id,
    status: outcome.status === 'aborted' ? `aborted by ${outcome.by}` : outcome.status,
    seconds: Math.round((result.now - row.created_at) / 100) / 10,
    input: usage.inputTokens,
    output: usage.outputTokens,
    session: result.sessionKey,
    text: text.filter((part) => part !== '').join('\n\n') || textFor('subagent.silent'),
  });
}
