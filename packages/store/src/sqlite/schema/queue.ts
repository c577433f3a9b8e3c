import type {
  InboundBody,
  Principal,
  Provenance,
  Route,
  SummaryBody,
  TaintSource,
} from '@cuttle/core-types';
import type { DurableEventKind, EventRef } from '@cuttle/core-types/ports';
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
import { flag, oneOf, space, time } from './columns.ts';
import { outbound } from './delivery.ts';
import { conversation, queueModes, session } from './place.ts';
import { run, step } from './run.ts';

/** What was ever taken in, by the identity of the message. Outlives a purge of the inbound. */
export const seen = sqliteTable(
  'seen',
  {
    space: space(),
    account_id: text().notNull(),
    external_id: text().notNull(),
    body_hash: text().notNull(),
    at: time(),
    /** 1 once its inbound is gone: then it goes too, when it is old enough. */
    alone: flag(),
  },
  (t) => [
    primaryKey({ columns: [t.space, t.account_id, t.external_id] }),
    index('seen_alone')
      .on(t.space, t.at)
      .where(sql`alone = 1`),
  ],
);

export const inboundStates = [
  'queued',
  'refused',
  'bound',
  'answered',
  'failed',
  'cancelled',
] as const;
export const trusts = ['owner', 'paired', 'guest', 'stranger', 'machine'] as const;

export const inbound = sqliteTable(
  'inbound',
  {
    space: space(),
    id: text().notNull(),
    account_id: text().notNull(),
    external_id: text().notNull(),
    session_id: text().notNull(),
    /** Order of acceptance within the session. */
    seq: integer().notNull(),
    conversation_id: text(),
    /** Principal, trust and provenance are frozen here; a run takes those of the inbound it is named after. */
    principal_id: text().notNull(),
    trust: text({ enum: trusts }).notNull(),
    principal: text().notNull().$type<Stored<Principal>>(),
    provenance: text().notNull().$type<Stored<Provenance>>(),
    taint: text().notNull().$type<Stored<readonly TaintSource[]>>(),
    route: text().notNull().$type<Stored<Route>>(),
    route_kind: text({ enum: ['push', 'pull'] }).notNull(),
    /** A request whose client is its only reader: not run again after a restart. */
    stateless: flag(),
    mode: text({ enum: queueModes }).notNull(),
    /** A command: acts at once, never bound to a run. */
    control: flag(),
    /** Begins a new life of its session when its turn comes: decided when it was accepted. */
    renews: flag(),
    body: text().notNull().$type<Stored<InboundBody>>(),
    state: text({ enum: inboundStates }).notNull(),
    run_id: text(),
    reason: text(),
    /** The message that told the sender why. */
    notice_id: text(),
    reply: text(),
    expires_at: integer(),
    at: time(),
    settled_at: integer(),
    /** Whose task or steering this is; or, where the external id is the same, whose result. */
    subagent_id: text(),
    /** The inbound that is answered first. */
    after_id: text(),
  },
  (t) => [
    primaryKey({ columns: [t.space, t.id] }),
    unique('inbound_external').on(t.space, t.account_id, t.external_id),
    unique('inbound_order').on(t.space, t.session_id, t.seq),
    index('inbound_queue')
      .on(t.space, t.session_id, t.seq)
      .where(sql`state = 'queued' AND control = 0`),
    index('inbound_control')
      .on(t.space)
      .where(sql`state = 'queued' AND control = 1`),
    index('inbound_after')
      .on(t.space, t.after_id)
      .where(sql`after_id IS NOT NULL AND state = 'queued'`),
    index('inbound_run')
      .on(t.space, t.run_id)
      .where(sql`run_id IS NOT NULL`),
    foreignKey({
      columns: [t.space, t.account_id, t.external_id],
      foreignColumns: [seen.space, seen.account_id, seen.external_id],
    }),
    foreignKey({ columns: [t.space, t.session_id], foreignColumns: [session.space, session.id] }),
    foreignKey({
      columns: [t.space, t.conversation_id],
      foreignColumns: [conversation.space, conversation.id],
    }),
    // An inbound cannot be bound to a run of another session.
    foreignKey({
      columns: [t.space, t.run_id, t.session_id],
      foreignColumns: [run.space, run.id, run.session_id],
    }),
    foreignKey({ columns: [t.space, t.notice_id], foreignColumns: [outbound.space, outbound.id] }),
    check('inbound_state', oneOf('state', inboundStates)),
    check('inbound_mode', oneOf('mode', queueModes)),
    check('inbound_trust', oneOf('trust', trusts)),
    check('inbound_route', oneOf('route_kind', ['push', 'pull'])),
    check('inbound_queued', sql`NOT ${oneOf('state', ['queued', 'refused'])} OR run_id IS NULL`),
    check('inbound_bound', sql`state <> 'bound' OR run_id IS NOT NULL`),
    check('inbound_answered', sql`state <> 'answered' OR run_id IS NOT NULL OR reason IS NOT NULL`),
    check(
      'inbound_reason',
      sql`NOT ${oneOf('state', ['refused', 'failed', 'cancelled'])} OR reason IS NOT NULL`,
    ),
    check('inbound_notice', sql`state <> 'failed' OR notice_id IS NOT NULL OR route_kind = 'pull'`),
    check('inbound_control', sql`control = 0 OR run_id IS NULL`),
    check('inbound_settled', sql`${oneOf('state', ['queued', 'bound'])} = (settled_at IS NULL)`),
  ],
);

export const entryKinds = ['input', 'answer', 'results'] as const;

/**
 * The transcript's order. An entry says what stands there; the words are in the row it names
 * (an inbound's body, a step's answer, the results of a step's calls), once.
 */
export const entry = sqliteTable(
  'entry',
  {
    /** Also the row of `message_text`; order of commit over all sessions. */
    row: integer().primaryKey(),
    space: space(),
    session_id: text().notNull(),
    generation: integer().notNull(),
    seq: integer().notNull(),
    kind: text({ enum: entryKinds }).notNull(),
    inbound_id: text(),
    run_id: text().notNull(),
    /** The step that bound the input, gave the answer, or planned the calls. */
    n: integer().notNull(),
    at: time(),
    /** HMAC of this entry, what it names, and the mac before it; null for rows older than the chain. */
    mac: text(),
    /** HMAC of what stands there in place of words that were taken out on purpose, and of `mac`. */
    blanked: text(),
  },
  (t) => [
    unique('entry_order').on(t.space, t.session_id, t.seq),
    uniqueIndex('entry_inbound')
      .on(t.space, t.inbound_id)
      .where(sql`inbound_id IS NOT NULL`),
    // Of all entries, so that the rows they name can be taken away without a search for others.
    uniqueIndex('entry_step').on(t.space, t.run_id, t.n, t.kind, sql`quote(inbound_id)`),
    foreignKey({ columns: [t.space, t.session_id], foreignColumns: [session.space, session.id] }),
    foreignKey({ columns: [t.space, t.inbound_id], foreignColumns: [inbound.space, inbound.id] }),
    foreignKey({
      columns: [t.space, t.run_id, t.n],
      foreignColumns: [step.space, step.run_id, step.n],
    }),
    check('entry_kind', oneOf('kind', entryKinds)),
    check('entry_source', sql`(kind = 'input') = (inbound_id IS NOT NULL)`),
  ],
);

/** Entries that were removed on purpose: how many, where, and the mac that the next one follows. Holds no content. */
export const tombstone = sqliteTable(
  'tombstone',
  {
    space: space(),
    session_id: text().notNull(),
    from_seq: integer().notNull(),
    upto_seq: integer().notNull(),
    /** Of them chained. */
    chained: integer().notNull(),
    /** The last of them that was chained; null where none was. */
    mac: text(),
    reason: text().notNull(),
    at: time(),
    seal: text(),
  },
  (t) => [
    primaryKey({ columns: [t.space, t.session_id, t.from_seq] }),
    check('tombstone_range', sql`from_seq <= upto_seq`),
  ],
);

/** What stands in a model's view for the entries up to `upto_seq`. One that is taken back is marked, and its entries are seen again. */
export const summary = sqliteTable(
  'summary',
  {
    space: space(),
    session_id: text().notNull(),
    generation: integer().notNull(),
    upto_seq: integer().notNull(),
    /** Counts those that reached exactly so far, each but the last taken back. */
    revision: integer().notNull(),
    body: text().notNull().$type<Stored<SummaryBody>>(),
    at: time(),
    undone_at: integer(),
    undone_by: text(),
  },
  (t) => [
    primaryKey({ columns: [t.space, t.session_id, t.generation, t.upto_seq, t.revision] }),
    uniqueIndex('summary_live')
      .on(t.space, t.session_id, t.generation, t.upto_seq)
      .where(sql`undone_at IS NULL`),
    index('summary_undone')
      .on(t.space, t.undone_at)
      .where(sql`undone_at IS NOT NULL`),
    foreignKey({ columns: [t.space, t.session_id], foreignColumns: [session.space, session.id] }),
    check('summary_undone', sql`(undone_at IS NULL) = (undone_by IS NULL)`),
  ],
);

/** What a client may resume from. */
export const event = sqliteTable(
  'event',
  {
    space: space(),
    session_id: text().notNull(),
    seq: integer().notNull(),
    run_id: text(),
    kind: text().$type<DurableEventKind>().notNull(),
    ref: text().notNull().$type<Stored<EventRef>>(),
    at: time(),
  },
  (t) => [
    primaryKey({ columns: [t.space, t.session_id, t.seq] }),
    uniqueIndex('event_end')
      .on(t.space, t.run_id)
      .where(sql`kind = 'run.end'`),
    foreignKey({ columns: [t.space, t.session_id], foreignColumns: [session.space, session.id] }),
  ],
);
