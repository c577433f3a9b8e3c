import { query } from '../database.ts';
import { entryColumns, type EntryWithText, messagesOfEntry } from '../entry-text.ts';
import { toPlace, toSearchText, wordsOf } from '../search-text.ts';
import type { SessionRecord } from '../rows.ts';
import type { Unit } from '../unit.ts';
import { isPlaceKey } from '../removed-key.ts';

const selectIndexed = query<{ indexed_row: number; indexed_session: number }>(
  `SELECT indexed_row, indexed_session FROM store`,
);
const updateIndexed = `UPDATE store SET indexed_row = ?`;
const updateIndexedSession = `UPDATE store SET indexed_session = ?`;
interface Place {
  readonly session_row: number;
  readonly agent_id: string;
  /** Of the message that began the run: its channel, and who sent it. */
  readonly channel: string | null;
  readonly principal_id: string | null;
}
const selectNext = query<EntryWithText & Place>(
  `SELECT session.row AS session_row, session.agent_id, account.channel, first.principal_id, ${entryColumns}
LEFT JOIN inbound AS first ON first.space = 'main' AND first.id = coalesce(entry.inbound_id, entry.run_id)
LEFT JOIN account ON account.space = 'main' AND account.id = first.account_id
JOIN session ON session.space = 'main' AND session.id = entry.session_id WHERE entry.row > ? ORDER BY entry.row LIMIT ?`,
);
const insertText = `INSERT INTO message_text (rowid, place, words) VALUES (?, ?, ?)`;

/**
 * Brings the next entries and sessions into the full-text indexes. Not in the transactions that add them: an index is written much
 * cheaper in large slices, and a search asks for what is missing first. Returns how many it looked at, of whichever there were more.
 */
export function indexText(unit: Unit, { limit }: { readonly limit: number }): number {
  const { indexed_row: entry = 0, indexed_session: session = 0 } =
    unit.db.find(selectIndexed) ?? {};
  return Math.max(indexEntries(unit, entry, limit), indexSessions(unit, session, limit));
}

function indexEntries({ db }: Unit, from: number, limit: number): number {
  const rows = db.list(selectNext, from, limit);
  for (const entry of rows) {
    const words = toSearchText(messagesOfEntry(db, entry).map(wordsOf).join('\n'));
    if (words.trim() !== '') db.run(insertText, entry.row, toPlaces(entry), words);
  }
  const last = rows.at(-1);
  if (last) db.run(updateIndexed, last.row);
  return rows.length;
}

const unsetIndexed = `UPDATE store SET indexed_row = min(indexed_row, (SELECT coalesce(max(row), 0) FROM entry))`;

/** Entries went. The newest may be among them: whoever takes their rows next is not in the index. https://sqlite.org/autoinc.html */
export function forgetEntries({ db }: Unit): void {
  db.run(unsetIndexed);
}

/** Tokens that a search may be narrowed to. */
function toPlaces({ session_row, agent_id, channel, principal_id }: Place): string {
  return [
    `s${session_row}`,
    toPlace(`agent ${agent_id}`),
    ...(channel === null ? [] : [toPlace(`channel ${channel}`)]),
    ...(principal_id === null ? [] : [toPlace(`person ${principal_id}`)]),
  ].join(' ');
}

type SessionWords = Pick<SessionRecord, 'row' | 'key' | 'title'>;

const selectNextSession = query<SessionWords>(
  `SELECT row, key, title FROM session WHERE row > ? ORDER BY row LIMIT ?`,
);
const insertSession = `INSERT INTO session_text (rowid, words) VALUES (?, ?)`;
const removeSession = `DELETE FROM session_text WHERE rowid = ?`;

function indexSessions({ db }: Unit, from: number, limit: number): number {
  const rows = db.list(selectNextSession, from, limit);
  for (const session of rows) if (isPlaceKey(session.key)) db.run(insertSession, ...toRow(session));
  const last = rows.at(-1);
  if (last) db.run(updateIndexedSession, last.row);
  return rows.length;
}

/** Its words have changed. One that is not in the index yet comes into it with the words it has then. */
export function reindexSession({ db }: Unit, session: SessionWords): void {
  if (session.row > (db.find(selectIndexed)?.indexed_session ?? 0)) return;
  db.run(removeSession, session.row);
  db.run(insertSession, ...toRow(session));
}

function toRow({ row, key, title }: SessionWords): [number, string] {
  return [row, `${key} ${title ?? ''}`];
}
