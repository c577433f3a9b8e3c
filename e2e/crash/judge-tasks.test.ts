import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RowReader } from './home-rows.ts';
import { judgeTasks } from './judge-tasks.ts';

let db: DatabaseSync;
beforeEach(() => {
  db = new DatabaseSync(':memory:');
  db.exec(`CREATE TABLE subagent (id, label, parent_session, result_id, state, reply);
CREATE TABLE worker_task (id, attempt);
CREATE TABLE run (id, session_id);
CREATE TABLE call (id, run_id, result);
CREATE TABLE entry (session_id, seq, inbound_id);
INSERT INTO subagent VALUES ('t', 'job', 's', 'r', 'completed', 'one job done');
INSERT INTO worker_task VALUES ('t', 1);
INSERT INTO run VALUES ('run', 's'), ('other', 's2');
INSERT INTO call VALUES ('c', 'run', 'It said: one job done'), ('d', 'other', 'job done');`);
});
afterEach(() => db.close());

const rows: RowReader = (sql, ...values) => db.prepare(sql).all(...values) as ReturnType<RowReader>; // text and numbers alone are in it
const task = { label: 'job', reply: 'one job done', end: 'job done', attempt: 1 };
const judge = (): readonly string[] => judgeTasks(rows, [task]).violations;

it('finds nothing where all is well, told by a call or by a message', () => {
  expect(judge()).toEqual([]);
  db.exec(`UPDATE call SET result = ''; INSERT INTO entry VALUES ('s', 1, 'r')`);
  expect(judge()).toEqual([]);
});

it.each([
  [`DELETE FROM subagent`, '0 tasks are called job'],
  [`INSERT INTO subagent SELECT * FROM subagent`, '2 tasks are called job'],
  [`UPDATE subagent SET state = 'failed'`, 'the task job is failed'],
  [
    `UPDATE subagent SET reply = 'one one job done'`,
    'the task job came to "one one job done", not one job done',
  ],
  [`UPDATE worker_task SET attempt = 2`, 'the task job was leased 2 times, not 1'],
  [`DELETE FROM call`, 'the end of the task job was told 0 times'],
  [`INSERT INTO entry VALUES ('s', 1, 'r')`, 'the end of the task job was told 2 times'],
  [
    `INSERT INTO call VALUES ('e', 'run', 'again: job done')`,
    'the end of the task job was told 2 times',
  ],
])('sees the fault in %s', (fault, words) => {
  db.exec(fault);
  expect(judge()).toEqual([words]);
});
