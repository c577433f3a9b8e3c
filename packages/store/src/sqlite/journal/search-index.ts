import { query } from '../database.ts';
import { entryColumns, type EntryWithText, messagesOfEntry } from '../entry-text.ts';
import { toPlace, toSearchText, wordsOf } from '../search-text.ts';
import type { Unit } from '../unit.ts';

const selectIndexed = query<{ indexed_row: number }>(`SELECT indexed_row FROM store`);
const updateIndexed = `UPDATE store SET indexed_row = ?`;
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
 * Brings the next entries into the full-text index. Not in the transactions that add them: an index is written much cheaper
 * in large slices, and a search asks for what is missing first. Returns how many entries it looked at.
 */
export function indexMessages(unit: Unit, input: { readonly limit: number }): number {
  const { db } = unit;
  const from = db.find(selectIndexed)?.indexed_row ?? 0;
  const rows = db.list(selectNext, from, input.limit);
  for (const entry of rows) {
    const words = toSearchText(messagesOfEntry(db, entry).map(wordsOf).join('\n'));
    if (words.trim() !== '') db.run(insertText, entry.row, toPlaces(entry), words);
  }
  const last = rows.at(-1);
  if (last) db.run(updateIndexed, last.row);
  return rows.length;
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
