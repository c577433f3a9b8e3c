import { sql } from 'drizzle-orm';
import { check, index, integer, sqliteTable, text, unique } from 'drizzle-orm/sqlite-core';
import { space, time } from './columns.ts';

/** Standing orders. A row stays when the pin is taken down. */
export const pin = sqliteTable(
  'pin',
  {
    /** The order of pinning. */
    row: integer().primaryKey(),
    space: space(),
    id: text().notNull(),
    agent_id: text().notNull(),
    /** Null: every session of the agent. A key, not an id: it outlives a life of the session. */
    session_key: text(),
    text: text().notNull(),
    added_by: text().notNull(),
    created_at: time(),
    removed_by: text(),
    removed_at: integer(),
  },
  (t) => [
    unique('pin_id').on(t.space, t.id),
    index('pin_place')
      .on(t.space, t.agent_id, t.session_key)
      .where(sql`removed_at IS NULL`),
    check('pin_removed', sql`(removed_at IS NULL) = (removed_by IS NULL)`),
  ],
);
