import { query } from '../database.ts';
import { entryColumns, type EntryWithText, messagesOfEntry } from '../entry-text.ts';
import { toSearchText, wordsOf } from '../search-text.ts';
import type { Unit } from '../unit.ts';

const selectIndexed = query<{ indexed_row: number }>(`SELECT indexed_row FROM store`);
const updateIndexed = `UPDATE store SET indexed_row = ?`;
const selectNext = query<EntryWithText & { readonly session_row: number }>(
  `SELECT session.row AS session_row, ${entryColumns} JOIN session ON session.space = 'main' AND session.id = entry.session_id WHERE entry.row > ? ORDER BY entry.row LIMIT ?`,
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
    if (words.trim() !== '') db.run(insertText, entry.row, `s${entry.session_row}`, words);
  }
  const last = rows.at(-1);
  if (last) db.run(updateIndexed, last.row);
  return rows.length;
}
