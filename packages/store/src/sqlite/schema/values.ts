import type { Json, Principal, Provenance, Route } from '@cuttle/core-types';
import type { ConversationRef, FilmFrame, MediaDetail, MediaKind } from '@cuttle/core-types/ports';
import { sql } from 'drizzle-orm';
import {
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
import { oneOf, space, time } from './columns.ts';
import { inbound } from './queue.ts';
import { call, step } from './run.ts';

export const schedule = sqliteTable(
  'schedule',
  {
    space: space(),
    id: text().notNull(),
    key: text().notNull(),
    revision: integer().notNull().default(1),
    owner: text().notNull(),
    session_key: text().notNull(),
    agent_id: text().notNull(),
    text: text().notNull(),
    principal: text().notNull().$type<Stored<Principal>>(),
    provenance: text().notNull().$type<Stored<Provenance>>(),
    route: text().notNull().$type<Stored<Route>>(),
    conversation: text().$type<Stored<ConversationRef>>(),
    /** Null once it fired or was cancelled; the row stays for a while, so that its key is known. */
    next_at: integer(),
    last_at: integer(),
    created_at: time(),
  },
  (t) => [
    primaryKey({ columns: [t.space, t.id] }),
    unique('schedule_key').on(t.space, t.key),
    index('schedule_due')
      .on(t.space, t.next_at)
      .where(sql`next_at IS NOT NULL`),
    index('schedule_owner')
      .on(t.space, t.owner, t.next_at)
      .where(sql`next_at IS NOT NULL`),
    index('schedule_over')
      .on(t.space, t.created_at)
      .where(sql`next_at IS NULL`),
    check('schedule_next', sql`next_at IS NULL OR last_at IS NULL OR next_at > last_at`),
  ],
);

/** Usage by day, session and model; each step adds to it in the transaction that records the step. */
export const usage = sqliteTable(
  'usage',
  {
    space: space(),
    /** UTC, `2026-11-21`. */
    day: text().notNull(),
    session_id: text().notNull(),
    agent_id: text().notNull(),
    /** Whom the calls were made for; empty where nobody is told apart. */
    person_id: text().notNull().default(''),
    provider: text().notNull(),
    model: text().notNull(),
    calls: integer().notNull(),
    /** Calls that came to no answer. */
    cut: integer().notNull().default(0),
    /** Those of them of which some numbers are estimates. */
    estimated: integer().notNull().default(0),
    /** Calls without a known price, which `cost_micros` leaves out. */
    unpriced: integer().notNull().default(0),
    input_tokens: integer().notNull(),
    output_tokens: integer().notNull(),
    cache_read_tokens: integer().notNull(),
    cache_write_tokens: integer().notNull(),
    reasoning_tokens: integer().notNull(),
    cost_micros: integer().notNull(),
  },
  (t) => [
    primaryKey({
      columns: [t.space, t.day, t.session_id, t.agent_id, t.person_id, t.provider, t.model],
    }),
    index('usage_session').on(t.space, t.session_id, t.day),
  ],
);

/** What a budget's scope has spent on a day. Made from `usage` when a budget first asks, then kept by each step. */
export const spend = sqliteTable(
  'spend',
  {
    space: space(),
    /** UTC, `2026-11-21`. */
    day: text().notNull(),
    scope: text().notNull(),
    spent_micros: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.space, t.day, t.scope] })],
);

/** What the model call of an open step may cost at most. Counts while the opening that made it lives. */
export const reservation = sqliteTable(
  'reservation',
  {
    space: space(),
    run_id: text().notNull(),
    n: integer().notNull(),
    boot: text().notNull(),
    agent_id: text().notNull(),
    person_id: text().notNull(),
    amount_micros: integer().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.space, t.run_id, t.n] }),
    index('reservation_live').on(t.space, t.boot),
    foreignKey({
      columns: [t.space, t.run_id, t.n],
      foreignColumns: [step.space, step.run_id, step.n],
    }),
    check('reservation_amount', sql`amount_micros >= 0`),
  ],
);

/** What a call outside of runs may cost at most. Counts while the opening that made it lives. */
export const call_reservation = sqliteTable(
  'call_reservation',
  {
    space: space(),
    call_id: text().notNull(),
    boot: text().notNull(),
    agent_id: text().notNull(),
    person_id: text().notNull(),
    amount_micros: integer().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.space, t.call_id] }),
    index('call_reservation_live').on(t.space, t.boot),
    check('call_reservation_amount', sql`amount_micros >= 0`),
  ],
);

/** What the `BlobStore` holds; the bytes are synced before the row is written. */
export const blob = sqliteTable(
  'blob',
  {
    space: space(),
    sha256: text().notNull(),
    mime_type: text().notNull(),
    bytes: integer().notNull(),
    /** When it was put last. */
    created_at: time(),
  },
  (t) => [primaryKey({ columns: [t.space, t.sha256] })],
);

/** A row that names a blob in its JSON. As long as there is one the blob cannot go; it goes itself with the row that names. */
export const blob_use = sqliteTable(
  'blob_use',
  {
    space: space(),
    sha256: text().notNull(),
    inbound_id: text(),
    call_id: text(),
  },
  (t) => [
    index('blob_use_blob').on(t.space, t.sha256),
    uniqueIndex('blob_use_inbound').on(t.space, t.inbound_id, t.sha256),
    uniqueIndex('blob_use_call').on(t.space, t.call_id, t.sha256),
    foreignKey({ columns: [t.space, t.sha256], foreignColumns: [blob.space, blob.sha256] }),
    foreignKey({
      columns: [t.space, t.inbound_id],
      foreignColumns: [inbound.space, inbound.id],
    }).onDelete('cascade'),
    foreignKey({
      columns: [t.space, t.call_id],
      foreignColumns: [call.space, call.id],
    }).onDelete('cascade'),
    check('blob_use_one', sql`(inbound_id IS NULL) <> (call_id IS NULL)`),
  ],
);

/** What the bytes of a blob say, by who put them into words; it goes with them. */
export const media_text = sqliteTable(
  'media_text',
  {
    space: space(),
    sha256: text().notNull(),
    kind: text().notNull().$type<MediaKind>(),
    by: text().notNull(),
    text: text().notNull(),
    detail: text().notNull().$type<Stored<MediaDetail>>(),
    /** Why the bytes can never be read. */
    failure: text(),
    created_at: time(),
  },
  (t) => [
    primaryKey({ columns: [t.space, t.sha256, t.kind, t.by] }),
    foreignKey({
      columns: [t.space, t.sha256],
      foreignColumns: [blob.space, blob.sha256],
    }).onDelete('cascade'),
    check('media_text_kind', oneOf('kind', ['image', 'audio', 'document', 'video'])),
    check('media_text_failure', sql`failure IS NULL OR text = ''`),
  ],
);

/** What a film was taken apart into, by what took it apart; it goes with the film. */
export const media_film = sqliteTable(
  'media_film',
  {
    space: space(),
    sha256: text().notNull(),
    by: text().notNull(),
    duration_ms: integer(),
    has_sound: integer().notNull(),
    frames: text().notNull().$type<Stored<readonly FilmFrame[]>>(),
    /** Why the bytes can never be taken apart. */
    failure: text(),
    created_at: time(),
  },
  (t) => [
    primaryKey({ columns: [t.space, t.sha256, t.by] }),
    foreignKey({
      columns: [t.space, t.sha256],
      foreignColumns: [blob.space, blob.sha256],
    }).onDelete('cascade'),
    check('media_film_failure', sql`failure IS NULL OR frames = '[]'`),
  ],
);

/** What became of the media that a messenger held, by the message that they came with: bytes or why there are none. */
export const fetched_media = sqliteTable(
  'fetched_media',
  {
    space: space(),
    inbound_id: text().notNull(),
    i: integer().notNull(),
    sha256: text(),
    kind: text().$type<MediaKind>(),
    mime_type: text(),
    failure: text(),
    created_at: time(),
  },
  (t) => [
    primaryKey({ columns: [t.space, t.inbound_id, t.i] }),
    foreignKey({
      columns: [t.space, t.inbound_id],
      foreignColumns: [inbound.space, inbound.id],
    }).onDelete('cascade'),
    foreignKey({
      columns: [t.space, t.sha256],
      foreignColumns: [blob.space, blob.sha256],
    }),
    index('fetched_media_blob')
      .on(t.space, t.sha256)
      .where(sql`sha256 IS NOT NULL`),
    check(
      'fetched_media_kind',
      sql`kind IS NULL OR ${oneOf('kind', ['image', 'audio', 'document'])}`,
    ),
    check('fetched_media_end', sql`(sha256 IS NULL) = (failure IS NOT NULL)`),
    check(
      'fetched_media_type',
      sql`(sha256 IS NULL) = (kind IS NULL) AND (kind IS NULL) = (mime_type IS NULL)`,
    ),
  ],
);

export const audit = sqliteTable(
  'audit',
  {
    seq: integer().primaryKey({ autoIncrement: true }),
    space: space(),
    at: time(),
    kind: text().notNull(),
    principal: text().notNull(),
    details: text().notNull().$type<Stored<Json>>(),
    /** What it is about: a session, a person. */
    subject: text(),
    /** HMAC of principal, subject and details; `mac` is over it, so that a name can be taken out and the chain stays. */
    digest: text(),
    mac: text(),
    /** The audit row that says that this one was pseudonymised. */
    redacted_by: integer(),
  },
  (t) => [
    index('audit_order').on(t.space, t.seq),
    index('audit_subject')
      .on(t.space, t.subject, t.seq)
      .where(sql`subject IS NOT NULL`),
  ],
);

/** Notes, memory, small state. */
export const kv = sqliteTable(
  'kv',
  {
    row: integer().primaryKey(),
    space: space(),
    namespace: text().notNull(),
    key: text().notNull(),
    value: text().notNull().$type<Stored<Json>>(),
    updated_at: time(),
  },
  (t) => [unique('kv_key').on(t.space, t.namespace, t.key)],
);

/** Puts that took effect, by the key of the call that asked for them. */
export const kv_once = sqliteTable(
  'kv_once',
  { space: space(), once: text().notNull(), at: time() },
  (t) => [primaryKey({ columns: [t.space, t.once] }), index('kv_once_age').on(t.space, t.at)],
);

/** How often something that is limited was done since `since`; the key holds no id of a person. */
export const tally = sqliteTable(
  'tally',
  { space: space(), key: text().notNull(), since: time(), count: integer().notNull() },
  (t) => [
    primaryKey({ columns: [t.space, t.key] }),
    index('tally_age').on(t.space, t.since),
    check('tally_count', sql`count > 0`),
  ],
);
