import type { OutboundPart, Receipt } from '@cuttle/core-types/ports';
import { sql } from 'drizzle-orm';
import {
  type AnySQLiteColumn,
  check,
  foreignKey,
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  unique,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';
import type { Stored } from '../stored-json.ts';
import { flag, oneOf, space, time } from './columns.ts';
import { conversation } from './place.ts';

export const sendKinds = ['send', 'open', 'edit', 'delete'] as const;
export const outboundStates = [
  'prepared',
  'sending',
  'sent',
  'ambiguous',
  'unconfirmed',
  'dead',
  'withdrawn',
  'held',
] as const;

/** One visible platform call. */
export const outbound = sqliteTable(
  'outbound',
  {
    space: space(),
    id: text().notNull(),
    conversation_id: text().notNull(),
    seq: integer().notNull(),
    origin: text().notNull(),
    part: integer().notNull(),
    kind: text({ enum: sendKinds }).notNull(),
    target_id: text(),
    /** The run whose bubble this is. */
    run_id: text(),
    body: text().notNull().$type<Stored<OutboundPart>>(),
    idem_key: text().notNull(),
    state: text({ enum: outboundStates }).notNull(),
    fence: text(),
    /** The opening that sent it last. */
    boot: text(),
    deadline: integer(),
    attempt: integer().notNull().default(0),
    /** Sent again after an unknown outcome, with a visible mark. */
    marked: flag(),
    not_before: integer(),
    ttl_ms: integer().notNull(),
    expires_at: time(),
    receipt: text().$type<Stored<Receipt>>(),
    reason: text(),
    epoch: text().notNull(),
    created_at: time(),
    settled_at: integer(),
    /** A dead letter that the owner has seen: listed no more. */
    discarded: flag(),
  },
  (t) => [
    primaryKey({ columns: [t.space, t.id] }),
    unique('outbound_order').on(t.space, t.conversation_id, t.seq),
    unique('outbound_origin').on(t.space, t.origin, t.part, t.kind),
    uniqueIndex('outbound_flight')
      .on(t.space, t.conversation_id)
      .where(oneOf('state', ['sending', 'ambiguous'])),
    index('outbound_lane')
      .on(t.space, t.conversation_id, t.seq)
      .where(oneOf('state', ['prepared', 'sending', 'ambiguous'])),
    index('outbound_ended')
      .on(t.space, t.state)
      .where(oneOf('state', ['unconfirmed', 'dead', 'withdrawn', 'held'])),
    index('outbound_bubble')
      .on(t.space, t.run_id)
      .where(sql`run_id IS NOT NULL`),
    foreignKey({
      columns: [t.space, t.conversation_id],
      foreignColumns: [conversation.space, conversation.id],
    }),
    foreignKey({
      columns: [t.space, t.target_id],
      foreignColumns: [outboundSpace(), outboundId()],
    }),
    check('outbound_kind', oneOf('kind', sendKinds)),
    check('outbound_state', oneOf('state', outboundStates)),
    check('outbound_target', sql`${oneOf('kind', ['edit', 'delete'])} = (target_id IS NOT NULL)`),
    check(
      'outbound_sending',
      sql`state <> 'sending' OR (fence IS NOT NULL AND deadline IS NOT NULL)`,
    ),
    check('outbound_sent', sql`(state = 'sent') = (receipt IS NOT NULL)`),
    check('outbound_bubble', sql`(kind = 'open') = (run_id IS NOT NULL)`),
  ],
);

function outboundSpace(): AnySQLiteColumn {
  return outbound.space;
}
function outboundId(): AnySQLiteColumn {
  return outbound.id;
}
