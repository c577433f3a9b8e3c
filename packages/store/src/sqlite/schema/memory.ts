import type { TaintSource } from '@cuttle/core-types';
import { sql } from 'drizzle-orm';
import {
  blob,
  check,
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  unique,
} from 'drizzle-orm/sqlite-core';
import type { Stored } from '../stored-json.ts';
import { space, time } from './columns.ts';

/** A Markdown file of an agent's memory as it was read last. The file is the truth. */
export const memory_file = sqliteTable(
  'memory_file',
  {
    space: space(),
    agent_id: text().notNull(),
    path: text().notNull(),
    hash: text().notNull(),
    stamp: text().notNull(),
    bytes: integer().notNull(),
    readers: text().notNull().$type<Stored<readonly string[]>>(),
    chunks: integer().notNull(),
    /** Of `memory_version` when its passages, readers or vectors changed last. */
    version: integer().notNull().default(0),
    changed_at: time(),
  },
  (t) => [primaryKey({ columns: [t.space, t.agent_id, t.path] })],
);

/** Counts the changes of an agent's memory, so that what was read of it is known to be as it is now. */
export const memory_version = sqliteTable(
  'memory_version',
  { space: space(), agent_id: text().notNull(), version: integer().notNull() },
  (t) => [primaryKey({ columns: [t.space, t.agent_id] })],
);

/** Who may find a file. */
export const memory_reader = sqliteTable(
  'memory_reader',
  {
    space: space(),
    agent_id: text().notNull(),
    reader: text().notNull(),
    path: text().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.space, t.agent_id, t.reader, t.path] }),
    index('memory_reader_file').on(t.space, t.agent_id, t.path),
  ],
);

/** Its words are in `memory_text`, under the same row. */
export const memory_chunk = sqliteTable(
  'memory_chunk',
  {
    row: integer().primaryKey({ autoIncrement: true }),
    space: space(),
    agent_id: text().notNull(),
    path: text().notNull(),
    line_from: integer().notNull(),
    line_to: integer().notNull(),
    heading: text().notNull(),
    text: text().notNull(),
    hash: text().notNull(),
    taint: text().notNull().$type<Stored<readonly TaintSource[]>>(),
  },
  (t) => [
    unique('memory_chunk_place').on(t.space, t.agent_id, t.path, t.row),
    check('memory_chunk_lines', sql`line_from >= 1 AND line_to >= line_from`),
  ],
);

/** Of the chunk of the same row, which is never given again. */
export const memory_vector = sqliteTable('memory_vector', {
  row: integer().primaryKey(),
  space: space(),
  model: text().notNull(),
  vector: blob().notNull().$type<Uint8Array>(),
});
