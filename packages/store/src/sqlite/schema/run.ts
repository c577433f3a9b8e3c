import type {
  AssistantMessage,
  Json,
  ParkReason,
  RunOutcome,
  TaintSource,
  ToolResultPart,
  Usage,
} from '@cuttle/core-types';
import type { ApprovalEnd, OutboundPart } from '@cuttle/core-types/ports';
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
import { outbound } from './delivery.ts';
import { session } from './place.ts';

export const runStates = ['leased', 'parked', 'ready', 'completed', 'failed', 'aborted'] as const;

/** One place per session. A lease belongs to a boot, never to a clock. */
export const run = sqliteTable(
  'run',
  {
    space: space(),
    /** The id of the inbound it was claimed for. */
    id: text().notNull(),
    session_id: text().notNull(),
    generation: integer().notNull(),
    format: integer().notNull(),
    state: text({ enum: runStates }).notNull(),
    parent_call: text(),
    root: text().notNull(),
    fence: text(),
    /** The fence of the last lease, also after its end: a repeated call under it is no loss. */
    last_fence: text().notNull(),
    /** The opening that claimed it last. */
    boot: text().notNull(),
    attempt: integer().notNull(),
    /** Takeovers since the last new journal row. */
    stalls: integer().notNull(),
    stateless: flag(),
    taint: text().notNull().$type<Stored<readonly TaintSource[]>>(),
    wait: text().$type<Stored<ParkReason>>(),
    resume_at: integer(),
    created_at: time(),
    ended_at: integer(),
    outcome: text().$type<Stored<RunOutcome>>(),
  },
  (t) => [
    primaryKey({ columns: [t.space, t.id] }),
    unique('run_session').on(t.space, t.id, t.session_id),
    uniqueIndex('run_active')
      .on(t.space, t.session_id)
      .where(sql`ended_at IS NULL`),
    uniqueIndex('run_parent')
      .on(t.space, t.parent_call)
      .where(sql`parent_call IS NOT NULL`),
    foreignKey({ columns: [t.space, t.session_id], foreignColumns: [session.space, session.id] }),
    foreignKey({ columns: [t.space, t.parent_call], foreignColumns: [callSpace(), callId()] }),
    check('run_state', oneOf('state', runStates)),
    check('run_leased', sql`(state = 'leased') = (fence IS NOT NULL)`),
    check('run_parked', sql`(state = 'parked') = (wait IS NOT NULL)`),
    check(
      'run_ended',
      sql`${oneOf('state', ['completed', 'failed', 'aborted'])} = (ended_at IS NOT NULL)`,
    ),
    check('run_outcome', sql`(ended_at IS NULL) = (outcome IS NULL)`),
  ],
);

export const stepStates = ['open', 'done', 'aborted'] as const;

/** A model call and what it answered. `upto_seq` is the last transcript entry that the model sees. */
export const step = sqliteTable(
  'step',
  {
    space: space(),
    run_id: text().notNull(),
    n: integer().notNull(),
    state: text({ enum: stepStates }).notNull(),
    attempt: integer().notNull(),
    /** The last attempt whose use is in `usage`; null where the step is older than this count. */
    counted: integer(),
    upto_seq: integer().notNull(),
    summary_upto: integer(),
    answer: text().$type<Stored<AssistantMessage>>(),
    finish: text({ enum: ['stop', 'length', 'tool-calls', 'filtered'] }),
    usage: text().$type<Stored<Usage>>(),
    provider: text(),
    model: text(),
    cost_micros: integer(),
    opened_at: time(),
    closed_at: integer(),
  },
  (t) => [
    primaryKey({ columns: [t.space, t.run_id, t.n] }),
    uniqueIndex('step_open')
      .on(t.space, t.run_id)
      .where(sql`state = 'open'`),
    index('step_uncounted')
      .on(t.space, t.run_id)
      .where(sql`state = 'aborted' AND counted < attempt`),
    foreignKey({ columns: [t.space, t.run_id], foreignColumns: [run.space, run.id] }),
    check('step_state', oneOf('state', stepStates)),
    check('step_done', sql`state <> 'done' OR answer IS NOT NULL`),
    check('step_answer', sql`state <> 'open' OR answer IS NULL`),
    check('step_closed', sql`(state = 'open') = (closed_at IS NULL)`),
  ],
);

export const effects = ['pure', 'keyed', 'probeable', 'opaque'] as const;
export const callStates = ['planned', 'started', 'done', 'failed', 'unknown', 'cancelled'] as const;

/** A call is (run, step, index), never the provider's id. `id` is `<run>:<step>:<index>`. */
export const call = sqliteTable(
  'call',
  {
    space: space(),
    id: text().notNull(),
    run_id: text().notNull(),
    n: integer().notNull(),
    i: integer().notNull(),
    /** The provider's name for it, for the transcript. */
    call_id: text().notNull(),
    tool: text().notNull(),
    input: text().notNull().$type<Stored<Json>>(),
    effect: text({ enum: effects }).notNull(),
    plan_hash: text().notNull(),
    gated: flag(),
    /** Set when the approval is consumed, in the transaction that starts the call. */
    approval_id: text(),
    state: text({ enum: callStates }).notNull(),
    attempt: integer().notNull().default(0),
    deadline: integer(),
    result: text().$type<Stored<ToolResultPart>>(),
    started_at: integer(),
    ended_at: integer(),
  },
  (t) => [
    primaryKey({ columns: [t.space, t.id] }),
    unique('call_place').on(t.space, t.run_id, t.n, t.i),
    foreignKey({
      columns: [t.space, t.run_id, t.n],
      foreignColumns: [step.space, step.run_id, step.n],
    }),
    // Only the plan that was approved, for this very call.
    foreignKey({
      columns: [t.space, t.approval_id, t.plan_hash, t.id],
      foreignColumns: approvalPlan(),
    }),
    check('call_effect', oneOf('effect', effects)),
    check('call_state', oneOf('state', callStates)),
    check(
      'call_gated',
      sql`gated = 0 OR approval_id IS NOT NULL OR ${oneOf('state', ['planned', 'cancelled', 'failed'])}`,
    ),
    check(
      'call_result',
      sql`${oneOf('state', ['done', 'failed', 'unknown', 'cancelled'])} = (result IS NOT NULL)`,
    ),
    check('call_deadline', sql`state <> 'started' OR deadline IS NOT NULL`),
    check('call_opaque', sql`effect <> 'opaque' OR attempt <= 1`),
  ],
);

export const approvalStates = [
  'pending',
  'approved',
  'denied',
  'expired',
  'cancelled',
  'consumed',
] as const;

export const approval = sqliteTable(
  'approval',
  {
    space: space(),
    id: text().notNull(),
    call_id: text().notNull(),
    run_id: text().notNull(),
    session_id: text().notNull(),
    plan_hash: text().notNull(),
    /** The message that asks; null for pull doors. */
    ask_id: text(),
    /** What it says instead, by how the question ended; null where it cannot be edited. */
    ask_ends: text().$type<Stored<Readonly<Record<ApprovalEnd, OutboundPart>>>>(),
    state: text({ enum: approvalStates }).notNull(),
    expires_at: time(),
    decided_by: text(),
    created_at: time(),
    decided_at: integer(),
  },
  (t) => [
    primaryKey({ columns: [t.space, t.id] }),
    unique('approval_call').on(t.space, t.call_id),
    unique('approval_plan').on(t.space, t.id, t.plan_hash, t.call_id),
    index('approval_run').on(t.space, t.run_id),
    index('approval_pending')
      .on(t.space, t.expires_at)
      .where(sql`state = 'pending'`),
    foreignKey({ columns: [t.space, t.call_id], foreignColumns: [call.space, call.id] }),
    foreignKey({ columns: [t.space, t.run_id], foreignColumns: [run.space, run.id] }),
    foreignKey({ columns: [t.space, t.ask_id], foreignColumns: [outbound.space, outbound.id] }),
    check('approval_state', oneOf('state', approvalStates)),
    check(
      'approval_decided',
      sql`${oneOf('state', ['approved', 'denied', 'consumed'])} = (decided_by IS NOT NULL)`,
    ),
  ],
);

/** Text of an open step that has been shown. Swept once the step is closed. */
export const delta = sqliteTable(
  'delta',
  {
    space: space(),
    run_id: text().notNull(),
    n: integer().notNull(),
    attempt: integer().notNull(),
    /** UTF-16 units of this attempt before this text. */
    start: integer().notNull(),
    text: text().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.space, t.run_id, t.n, t.attempt, t.start] }),
    foreignKey({
      columns: [t.space, t.run_id, t.n],
      foreignColumns: [step.space, step.run_id, step.n],
    }),
  ],
);

// Two tables that name each other: the later one's columns, typed without a circle.
function callSpace(): AnySQLiteColumn {
  return call.space;
}
function callId(): AnySQLiteColumn {
  return call.id;
}
function approvalPlan(): [AnySQLiteColumn, AnySQLiteColumn, AnySQLiteColumn, AnySQLiteColumn] {
  return [approval.space, approval.id, approval.plan_hash, approval.call_id];
}
