import type { AreaState, PersonTrace } from '@cuttle/core-types/ports';
import { sql } from 'drizzle-orm';
import { check, index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { Stored } from '../stored-json.ts';
import { space, time } from './columns.ts';

/** How far an area is, and where its next slice begins. */
export type StoredAreaState = AreaState & { readonly cursor?: readonly [number, number] };

/** What is kept of one person being taken away. Once it has ended, its row names nobody. */
export const purge = sqliteTable(
  'purge',
  {
    space: space(),
    id: text().notNull(),
    trace: text().$type<Stored<PersonTrace>>(),
    purged_by: text().notNull(),
    areas: text().notNull().$type<Stored<readonly StoredAreaState[]>>(),
    begun_at: time(),
    ended_at: integer(),
  },
  (t) => [
    primaryKey({ columns: [t.space, t.id] }),
    index('purge_open')
      .on(t.space, t.begun_at)
      .where(sql`ended_at IS NULL`),
    check('purge_ended', sql`(ended_at IS NULL) = (trace IS NOT NULL)`),
  ],
);
