import type { Reader, ValueRow } from '@cuttle/core-types/ports';
import { query } from '../database.ts';
import type { ValueRecord } from '../rows.ts';
import { toSearchQuery } from '../search-query.ts';
import { toPlace } from '../search-text.ts';
import { fromStored } from '../stored-json.ts';
import { toLimit, type View } from '../view.ts';

type KeyValue = Pick<ValueRecord, 'key' | 'value' | 'updated_at'>;

const selectOne = query<KeyValue>(
  `SELECT key, value, updated_at FROM kv WHERE space = 'main' AND namespace = ? AND key = ?`,
);
const selectPage = query<KeyValue>(
  `SELECT key, value, updated_at FROM kv WHERE space = 'main' AND namespace = ? AND key > ? ORDER BY key LIMIT ?`,
);
const selectHits = query<KeyValue>(
  `SELECT kv.key, kv.value, kv.updated_at FROM value_text JOIN kv ON kv.row = value_text.rowid WHERE value_text MATCH ? ORDER BY rank LIMIT ?`,
);

export function findValue(
  view: View,
  input: { namespace: string; key: string },
): ValueRow | undefined {
  const row = view.db.find(selectOne, input.namespace, input.key);
  return row && toValueRow(row);
}

/** In order of the keys; `after` is the last key of the page before. */
export function listValues(view: View, input: Parameters<Reader['listValues']>[0]): ValueRow[] {
  const { namespace, after = '', limit } = input;
  return view.db.list(selectPage, namespace, after, toLimit(limit)).map(toValueRow);
}

/** Best match first. */
export function searchValues(view: View, input: Parameters<Reader['searchValues']>[0]): ValueRow[] {
  const match = toSearchQuery(input.query, [toPlace(input.namespace)]);
  if (match === undefined) return [];
  return view.db.list(selectHits, match, toLimit(input.limit)).map(toValueRow);
}

function toValueRow(row: KeyValue): ValueRow {
  return { key: row.key, value: fromStored(row.value), updatedAt: row.updated_at };
}
