import type { AssistantMessage, Principal, Route, ToolResultPart } from '@cuttle/core-types';
import { type Database, query } from '../../database.ts';
import { blankedParts, contentOf } from '../../record-chain.ts';
import type { CallRecord, EntryRecord, InboundRecord, StepRow } from '../../rows.ts';
import { fromStored, toStored } from '../../stored-json.ts';
import type { LockedSession, Unit } from '../../unit.ts';
import { dropBlobs } from '../blobs.ts';
import { removeBelow } from '../remove-session.ts';
import { forgetSummaries } from './forget-summaries.ts';
import { saltKey } from './salt-inbound.ts';

/** Who spoke, once it is not to be known any more. */
export const nobody: Principal = { id: 'purged', kind: 'person', scopes: [] };

const selectEntries = query<EntryRecord>(
  `SELECT * FROM entry WHERE space = 'main' AND run_id = ? ORDER BY seq`,
);

/**
 * A run in a conversation that others share: what the person said and was answered gives way to `words`. Messages, calls and results stay
 * where they were, so that every dialect still takes the transcript. Returns how many entries it has.
 */
export function blankRun(
  unit: Unit,
  session: LockedSession,
  { runId, words }: { readonly runId: string; readonly words: string },
): number {
  blankInputs(unit, runId, words);
  blankAnswers(unit, runId, words);
  blankCalls(unit, runId, words);
  blankWritten(unit, session, runId);
  const entries = unit.db.list(selectEntries, runId);
  for (const entry of entries) sealAnew(unit, entry);
  const [first] = entries;
  if (first) forgetSummaries(unit, session, first.seq);
  return entries.length;
}

const selectInputs = query<InboundRecord>(
  `SELECT * FROM inbound WHERE space = 'main' AND run_id = ?`,
);
const updateInput = `UPDATE inbound SET principal_id = ?, principal = ?, body = ?, route = ?, reply = NULL WHERE space = 'main' AND id = ?`;

const removeFetched = `DELETE FROM fetched_media WHERE space = 'main' AND inbound_id = ?`;

function blankInputs(unit: Unit, runId: string, text: string): void {
  const body = toStored({ v: 1, parts: [{ type: 'text', text }] });
  for (const row of unit.db.list(selectInputs, runId)) {
    saltKey(unit, row);
    const route = toStored(toRoute(fromStored(row.route)));
    unit.db.run(updateInput, nobody.id, toStored(nobody), body, route, row.id);
    unit.db.run(removeFetched, row.id);
    dropBlobs(unit, { inboundId: row.id });
    if (row.notice_id !== null) unit.db.run(blankOne, row.notice_id);
  }
}

function toRoute(route: Route): Route {
  return route.kind === 'push' && route.chat === 'dm' ? { ...route, target: null } : route;
}

const selectSteps = query<StepRow>(
  `SELECT * FROM step WHERE space = 'main' AND run_id = ? AND answer IS NOT NULL`,
);
const updateAnswer = `UPDATE step SET answer = ? WHERE space = 'main' AND run_id = ? AND n = ?`;

function blankAnswers({ db }: Unit, runId: string, words: string): void {
  for (const { n, answer } of db.list(selectSteps, runId))
    if (answer !== null)
      db.run(updateAnswer, toStored(toBlankAnswer(fromStored(answer), words)), runId, n);
}

function toBlankAnswer({ parts, partial }: AssistantMessage, text: string): AssistantMessage {
  const calls = parts.flatMap((part) =>
    part.type === 'tool-call'
      ? [{ type: part.type, callId: part.callId, name: part.name, input: {} }]
      : [],
  );
  // Without its origin nothing opaque is missed, which some services would refuse.
  return {
    role: 'assistant',
    parts: [{ type: 'text', text }, ...calls],
    ...(partial !== undefined && { partial }),
  };
}

const selectCalls = query<Pick<CallRecord, 'id' | 'result'>>(
  `SELECT id, result FROM call WHERE space = 'main' AND run_id = ?`,
);
const updateCall = `UPDATE call SET input = '{}', result = ? WHERE space = 'main' AND id = ?`;

function blankCalls(unit: Unit, runId: string, words: string): void {
  const { db } = unit;
  for (const { id, result } of db.list(selectCalls, runId)) {
    db.run(updateCall, result && toStored(toBlankResult(fromStored(result), words)), id);
    dropBlobs(unit, { callId: id });
  }
}

function toBlankResult(result: ToolResultPart, text: string): ToolResultPart {
  return { ...result, content: [{ type: 'text', text }] };
}

// One on its way may still arrive; it is not sent a second time.
const blank = `UPDATE outbound SET body = '{"v":1,"text":"","payload":null}', receipt = CASE WHEN receipt IS NULL THEN NULL ELSE '{"messageId":""}' END,
expires_at = CASE WHEN state = 'sending' OR state = 'ambiguous' THEN created_at ELSE expires_at END,
settled_at = CASE WHEN state = 'prepared' OR state = 'held' THEN created_at ELSE settled_at END,
state = CASE WHEN state = 'prepared' OR state = 'held' THEN 'withdrawn' ELSE state END`;
const blankOne = `${blank} WHERE space = 'main' AND id = ?`;
const blankOrigin = `${blank} WHERE space = 'main' AND origin > ? AND origin < ?`;
const blankAsks = `${blank} WHERE space = 'main' AND id IN (SELECT ask_id FROM approval WHERE space = 'main' AND run_id = ? AND ask_id IS NOT NULL)`;
const written = [
  blankAsks,
  `UPDATE approval SET ask_ends = NULL WHERE space = 'main' AND run_id = ?`,
  `DELETE FROM delta WHERE space = 'main' AND run_id = ?`,
  `DELETE FROM message_text WHERE rowid IN (SELECT row FROM entry WHERE space = 'main' AND run_id = ?)`,
];
const selectTasks = query<{ id: string }>(
  `SELECT id FROM subagent WHERE space = 'main' AND parent_session = ? AND parent_run = ?`,
);
const updateTask = `UPDATE subagent SET label = '', reply = NULL WHERE space = 'main' AND id = ?`;
const updateWork = `UPDATE worker_task SET task = '', said = '', progress = NULL WHERE space = 'main' AND id = ?`;
const updateEvents = `UPDATE event SET ref = '{}' WHERE space = 'main' AND session_id = ? AND run_id = ? AND kind = 'subagent.start'`;

/** Deliveries, questions, what the search knows, and what was asked of sub-agents. */
function blankWritten(unit: Unit, session: LockedSession, runId: string): void {
  const { db } = unit;
  db.run(blankOrigin, `${runId}:`, `${runId};`);
  for (const statement of written) db.run(statement, runId);
  removeBelow(unit, { sessionId: session.id, runId, reason: 'purged' });
  const tasks = db.list(selectTasks, session.id, runId);
  for (const { id } of tasks) {
    db.run(updateTask, id);
    db.run(updateWork, id);
  }
  if (tasks.length > 0) db.run(updateEvents, session.id, runId);
}

const updateBlanked = `UPDATE entry SET blanked = ? WHERE row = ?`;

function sealAnew({ db, seal }: Unit, entry: EntryRecord): void {
  if (entry.mac === null || !seal) return;
  db.run(updateBlanked, seal.sign(blankedParts(entry, contentOf(db, entry))), entry.row);
}

/** The words and the receipt of one delivery. One that was not sent yet never is. */
export function blankOutbound(db: Database, outboundId: string): void {
  db.run(blankOne, outboundId);
}
