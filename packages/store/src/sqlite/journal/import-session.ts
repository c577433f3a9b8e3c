import type {
  AssistantMessage,
  InboundBody,
  Principal,
  Provenance,
  Route,
  TaintSource,
} from '@cuttle/core-types';
import { callsOf, noUsage } from '@cuttle/core-types/reading';
import { CuttleError } from '@cuttle/core-types/errors';
import type { ImportedEntry, ImportEnd, Journal, SessionRow } from '@cuttle/core-types/ports';
import { query } from '../database.ts';
import { toSessionRow } from '../session-row.ts';
import { toStored } from '../stored-json.ts';
import {
  findSessionByKey,
  type LockedSession,
  openSession,
  toCommitted,
  touchSession,
  type Unit,
} from '../unit.ts';
import { appendAudit } from './audit.ts';
import { useBlobs } from './blobs.ts';
import { existsAlready } from './lineage.ts';
import { importPrefix } from './remove-session.ts';
import { findRunRow, taintSession } from './runs.ts';
import { renameSession } from './sessions.ts';
import { findLastStep } from './steps.ts';
import { appendAnswer, appendInput, appendResults } from './transcript.ts';

type Input = Parameters<Journal['importSession']>[0];

/** Who an imported word is from: nobody whom we know. */
const nobody: Principal = { id: 'import', kind: 'client', scopes: [] };
const door = 'import';

/**
 * An import is one run that has ended: its inputs are messages of a stranger, its answers are steps, its calls have their results.
 * Until its last slice the session has a key that is no place.
 */
export function importSession(
  unit: Unit,
  input: Input,
): Awaited<ReturnType<Journal['importSession']>> {
  const { importId, entries, end } = input;
  const key = `${importPrefix}${importId}`;
  const hidden = findSessionByKey(unit, key);
  if (!hidden && input.from > 0) return { session: findEnded(unit, input), ...toCommitted(unit) };
  const session = hidden ?? begin(unit, key, input);
  const known = session.next_entry - 1;
  if (known < input.from)
    throw new CuttleError('request.invalid', `Entry ${known + 1} of the import comes first.`);
  const context = { unit, session, input };
  for (const entry of entries.slice(known - input.from)) addEntry(context, entry);
  return { session: end && publish(unit, session, end), ...toCommitted(unit) };
}

/** A slice that is asked for again after the import was ended. */
function findEnded(unit: Unit, { importId, end }: Input): SessionRow | undefined {
  const run = findRunRow(unit, importId);
  const session = end && findSessionByKey(unit, end.sessionKey);
  if (!run || session?.id !== run.session_id)
    throw new CuttleError('request.invalid', 'There is no such import, or it was given up.');
  return toSessionRow(session);
}

const insertRun = `INSERT INTO run (id, session_id, generation, format, state, root, last_fence, boot, attempt, stalls, taint, created_at, ended_at, outcome)
VALUES (?, ?, 1, 1, 'completed', ?, 'import', ?, 1, 0, '[]', ?, ?, '{"status":"completed","finish":"stop"}')`;

function begin(unit: Unit, key: string, { importId, agentId }: Input): LockedSession {
  const session = openSession(unit, { key, agentId });
  const { boot, now } = unit;
  unit.db.run(insertRun, importId, session.id, importId, boot, now, now);
  return session;
}

interface ImportContext {
  readonly unit: Unit;
  readonly session: LockedSession;
  readonly input: Input;
}

function addEntry(context: ImportContext, entry: ImportedEntry): void {
  switch (entry.kind) {
    case 'input':
      return addInput(context, entry);
    case 'answer':
      return addAnswer(context, entry);
    case 'results':
      return addResults(context, entry);
  }
}

type EntryOf<Kind extends ImportedEntry['kind']> = Extract<ImportedEntry, { kind: Kind }>;

const selectUnanswered = query<{ n: number }>(
  `SELECT n FROM step WHERE space = 'main' AND run_id = ? AND n = ? AND state = 'aborted'`,
);
const insertStep = `INSERT INTO step (run_id, n, state, attempt, upto_seq, opened_at, closed_at) VALUES (?, ?, 'aborted', 1, ?, ?, ?)`;

/** The step that the next answer is of: one that has inputs and no answer yet, or a new one. */
function openNext({ unit, session, input: { importId } }: ImportContext, at: number): number {
  const last = findLastStep(unit, importId)?.n ?? 0;
  if (last > 0 && unit.db.find(selectUnanswered, importId, last)) return last;
  unit.db.run(insertStep, importId, last + 1, session.next_entry, at, at);
  return last + 1;
}

const insertSeen = `INSERT INTO seen (account_id, external_id, body_hash, at) VALUES (?, ?, '', ?)`;
const insertInbound = `INSERT INTO inbound (id, account_id, external_id, session_id, seq, principal_id, trust, principal, provenance, taint, route, route_kind, mode, body, state, run_id, at, settled_at)
VALUES (?, ?, ?, ?, ?, ?, 'stranger', ?, ?, ?, ?, 'pull', 'followup', ?, 'answered', ?, ?, ?)`;

function addInput(context: ImportContext, { messages, at }: EntryOf<'input'>): void {
  const { unit, session, input } = context;
  const { importId, accountId } = input;
  const step = openNext(context, at);
  const inboundId = unit.newId();
  const externalId = `import:${importId}:${session.next_entry}`;
  const body: InboundBody = { v: 1, parts: [], messages: [...messages] };
  const provenance: Provenance = { door, accountId, trust: 'stranger' };
  const route: Route = { kind: 'pull', door, stateless: false };
  const row = {
    id: inboundId,
    account_id: accountId,
    external_id: externalId,
    principal: toStored(nobody),
    provenance: toStored(provenance),
    taint: toStored<readonly TaintSource[]>(['stranger']),
    body: toStored(body),
  };
  unit.db.run(insertSeen, accountId, externalId, at);
  unit.db.run(
    insertInbound,
    inboundId,
    accountId,
    externalId,
    session.id,
    session.next_inbound++,
    nobody.id,
    row.principal,
    row.provenance,
    row.taint,
    toStored(route),
    row.body,
    importId,
    at,
    at,
  );
  useBlobs(unit, { inboundId }, row.body);
  appendInput(unit, session, { runId: importId, step, row, at });
}

const closeStep = `UPDATE step SET state = 'done', answer = ?, finish = ?, usage = ?, provider = 'import', model = '' WHERE space = 'main' AND run_id = ? AND n = ?`;

function addAnswer(context: ImportContext, { message, at }: EntryOf<'answer'>): void {
  const { unit, session, input } = context;
  const { importId } = input;
  const step = openNext(context, at);
  const finish = callsOf(message).length > 0 ? 'tool-calls' : 'stop';
  const answer = toStored(message);
  const usage = toStored(noUsage);
  unit.db.run(closeStep, answer, finish, usage, importId, step);
  const row = { answer, finish, usage, provider: door, model: '', cost_micros: null } as const;
  appendAnswer(unit, session, { runId: importId, step, row, at });
}

const selectAnswer = query<{ n: number; answer: ReturnType<typeof toStored<AssistantMessage>> }>(
  `SELECT n, answer FROM step WHERE space = 'main' AND run_id = ? AND answer IS NOT NULL ORDER BY n DESC LIMIT 1`,
);
const insertCall = `INSERT INTO call (id, run_id, n, i, call_id, tool, input, effect, plan_hash, state, result, ended_at) VALUES (?, ?, ?, ?, ?, ?, ?, 'opaque', 'import', ?, ?, ?)`;

/** Rows of calls that ran elsewhere: nothing runs here. */
function addResults(context: ImportContext, { message, at }: EntryOf<'results'>): void {
  const { unit, session, input } = context;
  const { importId } = input;
  const last = unit.db.find(selectAnswer, importId);
  const calls = last ? callsOf(JSON.parse(last.answer) as AssistantMessage) : []; // the column's type
  if (!last || calls.length !== message.parts.length)
    throw new CuttleError('request.invalid', 'Results follow the answer whose calls they are of.');
  for (const [index, result] of message.parts.entries()) {
    const call = calls[index];
    const id = `${importId}:${last.n}:${index}`;
    const state = result.ok ? 'done' : 'failed';
    const stored = toStored(result);
    unit.db.run(
      insertCall,
      id,
      importId,
      last.n,
      index,
      result.callId,
      result.name,
      toStored(call?.input ?? null),
      state,
      stored,
      at,
    );
    useBlobs(unit, { callId: id }, stored);
  }
  appendResults(unit, session, { runId: importId, step: last.n, at });
}

const place = `UPDATE session SET key = ?, created_at = ? WHERE row = ?`;

function publish(unit: Unit, session: LockedSession, end: ImportEnd): SessionRow {
  const { sessionKey, by } = end;
  if (findSessionByKey(unit, sessionKey)) throw existsAlready(sessionKey);
  unit.db.run(place, sessionKey, end.createdAt, session.row);
  const placed = Object.assign(session, { key: sessionKey, created_at: end.createdAt });
  placed.model = end.model ?? null;
  taintSession(placed, end.taint);
  renameSession(unit, placed, end.title ?? null);
  touchSession(unit, placed, 0);
  const details = { sessionKey, entries: session.next_entry - 1 };
  const subject = `session:${session.id}`;
  appendAudit(unit, { kind: 'session.import', principal: by, subject, details });
  return toSessionRow(placed);
}
