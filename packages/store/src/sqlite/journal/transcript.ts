import type { AssistantMessage, InboundBody, Message } from '@cuttle/core-types';
import { query } from '../database.ts';
import type { CallRecord, EntryRecord } from '../rows.ts';
import { toMessages, toSearchText, wordsOf } from '../search-text.ts';
import { fromStoredOr } from '../stored-json.ts';
import type { LockedSession, Unit } from '../unit.ts';

const insertEntry = query<{ row: number }>(
  `INSERT INTO entry (session_id, generation, seq, kind, inbound_id, run_id, n, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING row`,
);
const insertText = `INSERT INTO message_text (rowid, place, words) VALUES (?, ?, ?)`;

/** The step an entry belongs to: the one that bound the input, gave the answer or planned the calls. */
export interface EntryPlace {
  readonly runId: string;
  readonly step: number;
}

/** A bound inbound enters the transcript. */
export function appendInput(
  unit: Unit,
  session: LockedSession,
  input: EntryPlace & { readonly inboundId: string; readonly body: InboundBody },
): void {
  const { body, ...place } = input;
  session.messages += 1;
  appendEntry(unit, session, { ...place, kind: 'input', messages: toMessages(body) });
}

export function appendAnswer(
  unit: Unit,
  session: LockedSession,
  input: EntryPlace & { readonly answer: AssistantMessage },
): void {
  const { answer, ...place } = input;
  session.messages += 1;
  appendEntry(unit, session, { ...place, kind: 'answer', messages: [answer] });
}

const selectResults = query<CallRecord>(
  `SELECT * FROM call WHERE space = 'main' AND run_id = ? AND n = ? ORDER BY i`,
);
const selectResultsEntry = query<{ row: number }>(
  `SELECT row FROM entry WHERE space = 'main' AND run_id = ? AND n = ? AND kind = 'results' AND inbound_id IS NULL`,
);

/** The results of a step's calls enter the transcript together, in the order of the calls; once. */
export function appendResults(unit: Unit, session: LockedSession, place: EntryPlace): void {
  const { db } = unit;
  const calls = db.list(selectResults, place.runId, place.step);
  if (calls.length === 0) return;
  if (db.find(selectResultsEntry, place.runId, place.step)) return;
  // Each is terminal by now, and terminal means that there is a result.
  const parts = calls.flatMap((call) => fromStoredOr(call.result) ?? []);
  const messages: Message[] = [{ role: 'tool', parts }];
  appendEntry(unit, session, { ...place, kind: 'results', messages });
}

function appendEntry(
  unit: Unit,
  session: LockedSession,
  entry: EntryPlace & {
    readonly kind: EntryRecord['kind'];
    readonly inboundId?: string;
    readonly messages: readonly Message[];
  },
): void {
  const { db, now } = unit;
  const row = db.find(
    insertEntry,
    session.id,
    session.generation,
    session.next_entry++,
    entry.kind,
    entry.inboundId ?? null,
    entry.runId,
    entry.step,
    now,
  )?.row;
  const words = toSearchText(entry.messages.map(wordsOf).join('\n'));
  if (row !== undefined && words.trim() !== '') db.run(insertText, row, `s${session.row}`, words);
}
