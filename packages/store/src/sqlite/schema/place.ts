import type { Json, Principal, TaintSource } from '@cuttle/core-types';
import type { ConversationRef } from '@cuttle/core-types/ports';
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

/** One row: the life of this database. */
export const store = sqliteTable(
  'store',
  {
    one: integer().primaryKey().default(1),
    /** The timeline; part of every cursor. */
    epoch: text().notNull(),
    /** The opening that owns every lease. */
    boot: text().notNull(),
    schema: integer().notNull(),
    min_writer: integer().notNull(),
    /** The highest time seen, against jumps of the clock. */
    clock_high: integer().notNull(),
    opened_at: time(),
    /** 1 after an orderly close. */
    clean: flag(),
    /** Queued inbounds that are no control, over all sessions. */
    queued: integer().notNull().default(0),
    sessions: integer().notNull().default(0),
    /** The last entry whose words are in `message_text`. */
    indexed_row: integer().notNull().default(0),
    /** The last session whose words are in `session_text`. */
    indexed_session: integer().notNull().default(0),
    /** The last entry and audit row before records were chained, sealed; null as long as nothing is. */
    records_from: integer(),
    records_audit: integer(),
    records_audit_mac: text(),
    records_seal: text(),
    /** The head of the audit chain: how many rows, the last one's mac, and a mac of the two. */
    audit_count: integer().notNull().default(0),
    audit_mac: text(),
    audit_head: text(),
    /** Sessions active until then are anchored in the audit. */
    anchored_at: integer().notNull().default(0),
    /** Of the keys in `seen` of messages that were purged; null as long as none was. */
    seen_salt: text(),
  },
  () => [check('store_one', sql`one = 1`), check('store_queued', sql`queued >= 0`)],
);

/** The gateway's own account on a platform. */
export const account = sqliteTable(
  'account',
  {
    space: space(),
    id: text().notNull(),
    channel: text().notNull(),
    name: text().notNull(),
    platform_id: text().notNull(),
    created_at: time(),
    /** How far its events were taken in, as its channel says; null where the platform keeps that. */
    checkpoint: text().$type<Stored<Json>>(),
  },
  (t) => [
    primaryKey({ columns: [t.space, t.id] }),
    unique('account_platform').on(t.space, t.channel, t.platform_id),
  ],
);

/** A lane: a chat (and thread) of an account, where outbound rows go in order. */
export const conversation = sqliteTable(
  'conversation',
  {
    space: space(),
    id: text().notNull(),
    account_id: text().notNull(),
    key: text().notNull(),
    target: text().notNull().$type<Stored<Json>>(),
    is_group: flag(),
    next_seq: integer().notNull().default(1),
    /** Messages of bots that were taken since a person spoke. */
    bot_turns: integer().notNull().default(0),
    created_at: time(),
  },
  (t) => [
    primaryKey({ columns: [t.space, t.id] }),
    unique('conversation_key').on(t.space, t.account_id, t.key),
    foreignKey({ columns: [t.space, t.account_id], foreignColumns: [account.space, account.id] }),
  ],
);

export const thinkingLevels = ['off', 'minimal', 'low', 'medium', 'high', 'max'] as const;
export const queueModes = ['steer', 'followup', 'collect', 'interrupt'] as const;

/** The lock of its queue, transcript and events; three counters, so that none has gaps. */
export const session = sqliteTable(
  'session',
  {
    row: integer().primaryKey(),
    space: space(),
    id: text().notNull(),
    key: text().notNull(),
    agent_id: text().notNull(),
    /** The door of its first message; null for a place that was made before anything was said in it. */
    channel: text(),
    generation: integer().notNull().default(1),
    title: text(),
    model: text(),
    queue_mode: text({ enum: queueModes }),
    persona: text(),
    thinking: text({ enum: thinkingLevels }),
    archived: flag(),
    next_event: integer().notNull().default(1),
    next_inbound: integer().notNull().default(1),
    next_entry: integer().notNull().default(1),
    /** Queued inbounds that are no control. */
    queued: integer().notNull().default(0),
    /** Inputs and answers in the transcript of this generation. */
    messages: integer().notNull().default(0),
    /** What this generation has read that could steer a model; every later run of it sees that too. */
    taint: text().notNull().default('[]').$type<Stored<readonly TaintSource[]>>(),
    /** How far the live summary of this generation reaches. */
    summary_upto: integer(),
    /** Tokens of the last request and its answer. */
    context_tokens: integer(),
    /** Real tokens for each estimated one, in thousandths. */
    context_scale: integer(),
    /** The head of its chain: how many entries were ever chained, the last one's mac, and a mac of the two. */
    chained: integer().notNull().default(0),
    chain_mac: text(),
    chain_head: text(),
    created_at: time(),
    /** The last accepted message or end of a run; null for a place that was only ever refused. */
    active_at: integer(),
  },
  (t) => [
    unique('session_id').on(t.space, t.id),
    unique('session_key').on(t.space, t.key),
    // Archived ones apart in each of them, so that a list without them passes over none.
    index('session_active')
      .on(t.space, t.archived, t.active_at, t.id)
      .where(sql`active_at IS NOT NULL`),
    index('session_agent')
      .on(t.space, t.agent_id, t.archived, t.active_at, t.id)
      .where(sql`active_at IS NOT NULL`),
    index('session_channel')
      .on(t.space, t.channel, t.archived, t.active_at, t.id)
      .where(sql`channel IS NOT NULL AND active_at IS NOT NULL`),
    check('session_mode', oneOf('queue_mode', queueModes)),
    check('session_queued', sql`queued >= 0`),
  ],
);

/**
 * What a session's transcript begins with in a generation: stretches of earlier entries, its own (after a rewind) or another session's
 * (a fork). Nothing is copied; numbers go on behind the last stretch.
 */
export const lineage = sqliteTable(
  'lineage',
  {
    space: space(),
    session_id: text().notNull(),
    generation: integer().notNull(),
    n: integer().notNull(),
    source_id: text().notNull(),
    source_generation: integer().notNull(),
    after_seq: integer().notNull(),
    upto_seq: integer().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.space, t.session_id, t.generation, t.n] }),
    index('lineage_source').on(t.space, t.source_id),
    foreignKey({ columns: [t.space, t.session_id], foreignColumns: [session.space, session.id] }),
    foreignKey({ columns: [t.space, t.source_id], foreignColumns: [session.space, session.id] }),
    check('lineage_stretch', sql`after_seq < upto_seq`),
  ],
);

/** Entries that a rewind went back behind: kept, and shown no more. */
export const rewound = sqliteTable(
  'rewound',
  {
    space: space(),
    session_id: text().notNull(),
    after_seq: integer().notNull(),
    upto_seq: integer().notNull(),
    at: time(),
  },
  (t) => [
    primaryKey({ columns: [t.space, t.session_id, t.after_seq, t.upto_seq] }),
    foreignKey({ columns: [t.space, t.session_id], foreignColumns: [session.space, session.id] }),
  ],
);

/** A human; identities on platforms point to one. `label`: what the owner calls a person whose accounts they joined. */
export const person = sqliteTable(
  'person',
  { space: space(), id: text().notNull(), name: text(), label: text(), created_at: time() },
  (t) => [
    primaryKey({ columns: [t.space, t.id] }),
    uniqueIndex('person_label')
      .on(t.space, t.label)
      .where(sql`label IS NOT NULL`),
  ],
);

/** The owner's word that an account is a person's. Holds for accounts that have not been seen yet, too. */
export const link = sqliteTable(
  'link',
  {
    space: space(),
    channel: text().notNull(),
    /** The name of our own account; empty: on each of the channel's. */
    account: text().notNull(),
    external_id: text().notNull(),
    person_id: text().notNull(),
    /** 1: said in the configuration, which alone takes it back. */
    configured: flag(),
    at: time(),
  },
  (t) => [
    primaryKey({ columns: [t.space, t.channel, t.account, t.external_id] }),
    index('link_person').on(t.space, t.person_id, t.channel, t.account, t.external_id),
    index('link_configured')
      .on(t.space)
      .where(sql`configured = 1`),
    foreignKey({ columns: [t.space, t.person_id], foreignColumns: [person.space, person.id] }),
  ],
);

export const accesses = ['allowed', 'blocked', 'none'] as const;

export const identity = sqliteTable(
  'identity',
  {
    space: space(),
    channel: text().notNull(),
    account_id: text().notNull(),
    external_id: text().notNull(),
    person_id: text().notNull(),
    /** Who it was before the owner joined it to another person, and is again when they take that back. */
    own_person_id: text(),
    name: text(),
    access: text({ enum: accesses }).notNull(),
    updated_at: time(),
    /** When `access` was last decided. */
    decided_at: integer(),
    /** Where they last wrote to us alone. */
    direct_id: text(),
  },
  (t) => [
    primaryKey({ columns: [t.space, t.channel, t.account_id, t.external_id] }),
    index('identity_external').on(t.space, t.channel, t.external_id),
    index('identity_person').on(t.space, t.person_id),
    index('identity_allowed')
      .on(t.space, t.decided_at)
      .where(sql`access = 'allowed'`),
    foreignKey({ columns: [t.space, t.person_id], foreignColumns: [person.space, person.id] }),
    check('identity_access', oneOf('access', accesses)),
  ],
);

export const tokenKinds = ['code', 'cookie', 'api'] as const;

/** A secret that authenticates, by its hash alone. */
export const token = sqliteTable(
  'token',
  {
    space: space(),
    hash: text().notNull(),
    kind: text({ enum: tokenKinds }).notNull(),
    name: text().notNull(),
    principal: text().notNull().$type<Stored<Principal>>(),
    created_at: time(),
    expires_at: integer(),
  },
  (t) => [
    primaryKey({ columns: [t.space, t.hash] }),
    index('token_expiry')
      .on(t.space, t.expires_at)
      .where(sql`expires_at IS NOT NULL`),
    index('token_name').on(t.space, t.kind, t.name),
    check('token_kind', oneOf('kind', tokenKinds)),
  ],
);

/** A stranger who asked to be let in; one live code per sender. */
export const pairing = sqliteTable(
  'pairing',
  {
    space: space(),
    code_hash: text().notNull(),
    code_hint: text().notNull(),
    channel: text().notNull(),
    account_id: text().notNull(),
    external_id: text().notNull(),
    name: text(),
    conversation: text().notNull().$type<Stored<ConversationRef>>(),
    created_at: time(),
    expires_at: time(),
    /** Set: the owner does not want them. It stays to its end, and no other code is made until then. */
    refused_at: integer(),
  },
  (t) => [
    primaryKey({ columns: [t.space, t.code_hash] }),
    unique('pairing_sender').on(t.space, t.channel, t.account_id, t.external_id),
    index('pairing_expiry').on(t.space, t.expires_at),
  ],
);
