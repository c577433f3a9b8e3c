import type { RunOutcome, TaintSource, Usage } from '@cuttle/core-types';
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
} from 'drizzle-orm/sqlite-core';
import type { Stored } from '../stored-json.ts';
import { oneOf, space, time } from './columns.ts';
import { session } from './place.ts';
import { call } from './run.ts';

export const subagentStates = ['queued', 'running', 'completed', 'failed', 'aborted'] as const;
const ended = oneOf('state', ['completed', 'failed', 'aborted']);

/**
 * Work that a run's call handed to another session, and that reports back once. `task`: a sub-agent with a session of its own;
 * `message`: an answer that is waited for in a session that was there.
 */
export const subagent = sqliteTable(
  'subagent',
  {
    space: space(),
    /** The id of the inbound that holds the task. */
    id: text().notNull(),
    kind: text({ enum: ['task', 'message'] }).notNull(),
    parent_call: text().notNull(),
    /** The run whose work this is: the caller, or the one that took its place when it was interrupted. */
    parent_run: text().notNull(),
    parent_session: text().notNull(),
    parent_generation: integer().notNull(),
    /** The run at the top, which no call asked for. */
    root: text().notNull(),
    session_id: text().notNull(),
    /** The run that works on it now, or did at last. */
    run_id: text(),
    agent_id: text().notNull(),
    label: text().notNull(),
    /** `<provider>/<model>` instead of the agent's own. */
    model: text(),
    /** 1 below a run that no call asked for. */
    depth: integer().notNull(),
    /** The agents above it, the topmost first: what one of them may not do, it may not. */
    lineage: text().notNull().$type<Stored<readonly string[]>>(),
    /** The only tools it may have; null: no further limit. */
    tools: text().$type<Stored<readonly string[]>>(),
    deadline_at: integer(),
    state: text({ enum: subagentStates }).notNull(),
    outcome: text().$type<Stored<RunOutcome>>(),
    reply: text(),
    usage: text().$type<Stored<Usage>>(),
    taint: text().$type<Stored<readonly TaintSource[]>>(),
    /** The inbound of the parent's session that holds the result. */
    result_id: text(),
    /** The call whose result told it, instead of that inbound. */
    taken_by: text(),
    created_at: time(),
    ended_at: integer(),
  },
  (t) => [
    primaryKey({ columns: [t.space, t.id] }),
    unique('subagent_call').on(t.space, t.parent_call),
    index('subagent_parent').on(t.space, t.parent_session, t.id),
    index('subagent_session').on(t.space, t.session_id),
    index('subagent_open')
      .on(t.space, t.parent_session, t.id)
      .where(sql`ended_at IS NULL`),
    foreignKey({ columns: [t.space, t.parent_call], foreignColumns: [call.space, call.id] }),
    foreignKey({
      columns: [t.space, t.parent_session],
      foreignColumns: [session.space, session.id],
    }),
    foreignKey({ columns: [t.space, t.session_id], foreignColumns: [session.space, session.id] }),
    check('subagent_kind', oneOf('kind', ['task', 'message'])),
    check('subagent_state', oneOf('state', subagentStates)),
    check('subagent_run', sql`state <> 'running' OR run_id IS NOT NULL`),
    check('subagent_ended', sql`${ended} = (ended_at IS NOT NULL)`),
    check('subagent_outcome', sql`${ended} = (outcome IS NOT NULL)`),
    check('subagent_result', sql`${ended} = (result_id IS NOT NULL)`),
    check('subagent_taken', sql`taken_by IS NULL OR result_id IS NOT NULL`),
  ],
);
