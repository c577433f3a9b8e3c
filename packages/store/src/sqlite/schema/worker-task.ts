import type { TaintSource } from '@cuttle/core-types';
import { sql } from 'drizzle-orm';
import {
  check,
  foreignKey,
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
} from 'drizzle-orm/sqlite-core';
import type { Stored } from '../stored-json.ts';
import { space } from './columns.ts';
import { subagent } from './subagent.ts';

/** The task of a sub-agent that no run works on: a process outside does, under a lease, and reports. It goes with its sub-agent. */
export const worker_task = sqliteTable(
  'worker_task',
  {
    space: space(),
    /** The sub-agent's. */
    id: text().notNull(),
    /** The name of the workers that may have it. */
    worker: text().notNull(),
    task: text().notNull(),
    /** What the run held that gave it away. */
    taint: text().notNull().$type<Stored<readonly TaintSource[]>>(),
    /** What was reported under the newest lease, as much of it as a result says at most. */
    said: text().notNull(),
    /** How long all of that was. */
    said_chars: integer().notNull(),
    /** How far it is, in the worker's words. */
    progress: text(),
    /** The newest lease; null before the first. It holds until another worker has one, however late. */
    fence: text(),
    /** The principal that the lease is bound to. */
    holder: text(),
    /** The key of the claim that made the lease. */
    claim_key: text(),
    lease_ms: integer(),
    /** When the lease expires. */
    lease_until: integer(),
    /** When it was found to have expired: from then on another worker may have the task. Null while the lease holds. */
    expired_at: integer(),
    attempt: integer().notNull(),
    /** Leases in a row, the newest too, under which nothing was reported. */
    silent: integer().notNull(),
    /** Of the newest report that was taken under the newest lease. */
    last_seq: integer().notNull(),
    /** Whether the worker said that it is done, instead of being stopped or given up. */
    finished: integer().notNull(),
    ended_at: integer(),
  },
  (t) => [
    primaryKey({ columns: [t.space, t.id] }),
    index('worker_task_open')
      .on(t.space, t.worker, t.id)
      .where(sql`ended_at IS NULL`),
    index('worker_task_lease')
      .on(t.space, t.lease_until)
      .where(sql`ended_at IS NULL AND expired_at IS NULL`),
    foreignKey({
      columns: [t.space, t.id],
      foreignColumns: [subagent.space, subagent.id],
    }).onDelete('cascade'),
    check(
      'worker_task_lease',
      sql`(fence IS NULL) = (attempt = 0) AND (fence IS NULL) = (holder IS NULL) AND (fence IS NULL) = (claim_key IS NULL) AND (fence IS NULL) = (lease_ms IS NULL) AND (fence IS NULL) = (lease_until IS NULL)`,
    ),
    check(
      'worker_task_finished',
      sql`finished = 0 OR (ended_at IS NOT NULL AND fence IS NOT NULL)`,
    ),
  ],
);
