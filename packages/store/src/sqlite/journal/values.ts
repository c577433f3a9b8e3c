import type { Journal } from '@cuttle/core-types/ports';
import type { Json } from '@cuttle/core-types';
import { query } from '../database.ts';
import { toPlace, toSearchText } from '../search-text.ts';
import { toStored } from '../stored-json.ts';
import type { Unit } from '../unit.ts';

type Input<Name extends keyof Journal> = Parameters<Journal[Name]>[0];

const takeOnce = `INSERT INTO kv_once (once, at) VALUES (?, ?) ON CONFLICT DO NOTHING`;
const upsert = query<{
  row: number;
}>(`INSERT INTO kv (namespace, key, value, updated_at) VALUES (?, ?, ?, ?)
ON CONFLICT (space, namespace, key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at RETURNING row`);
const removeText = `DELETE FROM value_text WHERE rowid = ?`;
const insertText = `INSERT INTO value_text (rowid, place, words) VALUES (?, ?, ?)`;

export function putValue(unit: Unit, input: Input<'putValue'>): void {
  const { namespace, key, value, once } = input;
  if (once !== undefined && unit.db.run(takeOnce, once, unit.now) === 0) return;
  const row = unit.db.find(upsert, namespace, key, toStored(value), unit.now)?.row;
  if (row === undefined) throw new TypeError('INSERT … RETURNING returned no row.');
  unit.db.run(removeText, row);
  unit.db.run(insertText, row, toPlace(namespace), toSearchText(`${key} ${toWords(value)}`));
}

/** The words of a value: its texts, wherever they stand. */
function toWords(value: Json): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.values(value).map(toWords).join(' ');
}

const removeRow = query<{ row: number }>(
  `DELETE FROM kv WHERE space = 'main' AND namespace = ? AND key = ? RETURNING row`,
);

export function removeValue(unit: Unit, input: Input<'removeValue'>): boolean {
  const removed = unit.db.find(removeRow, input.namespace, input.key);
  if (removed) unit.db.run(removeText, removed.row);
  return removed !== undefined;
}
