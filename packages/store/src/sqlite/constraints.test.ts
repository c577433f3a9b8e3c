import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { approvalOf, callOf, createWorld, type World } from '../contract/world.ts';
import { type Database, openDatabase, sqlite, sqliteCode } from './database.ts';
import { noReserve, openFixture } from './fixtures/open-fixture.ts';
import { openInlineStore } from './index.ts';

/** A world in which every table has rows, and a second connection that tries to make states that cannot be. */
describe('a wrong state does not fit in', () => {
  let world: World;
  let db: Database;
  let path = '';
  beforeEach(async () => {
    world = await createWorld(({ now }) =>
      openFixture((paths) => {
        ({ path } = paths);
        return openInlineStore({ ...paths, now, disk: noReserve });
      }),
    );
    await fill(world);
    db = openDatabase(path);
  });
  afterEach(async () => {
    db.close();
    await world.close();
  });

  const insertRun = `INSERT INTO run (id, session_id, generation, format, state, root, fence, last_fence, boot, attempt, stalls, taint, created_at)`;
  const insertOutbound = `INSERT INTO outbound (id, conversation_id, seq, origin, part, kind, target_id, body, idem_key, state, ttl_ms, expires_at, epoch, created_at)`;
  it.each([
    [
      'a queued inbound with a run',
      `UPDATE inbound SET state = 'queued', settled_at = NULL WHERE id = 'a'`,
    ],
    ['a bound inbound without a run', `UPDATE inbound SET run_id = NULL WHERE id = 'a'`],
    [
      'an inbound bound to a run of another session',
      `UPDATE inbound SET run_id = 'b' WHERE id = 'a'`,
    ],
    [
      'an inbound cancelled without a reason',
      `UPDATE inbound SET state = 'cancelled', settled_at = 1 WHERE id = 'a'`,
    ],
    [
      'an inbound that failed without a notice',
      `UPDATE inbound SET state = 'failed', reason = 'x', settled_at = 1 WHERE id = 'a'`,
    ],
    [
      'an answered inbound with neither run nor reason',
      `UPDATE inbound SET state = 'answered', run_id = NULL, settled_at = 1 WHERE id = 'a'`,
    ],
    ['an inbound in an unknown state', `UPDATE inbound SET state = 'lost' WHERE id = 'a'`],
    ['an inbound that was never seen', `UPDATE inbound SET external_id = 'unseen' WHERE id = 'a'`],
    ['a second inbound of one number', `UPDATE inbound SET seq = 1 WHERE id = 'a2'`],
    [
      'two unended runs of one session',
      `${insertRun} SELECT 'a2', session_id, 1, 1, 'leased', 'a2', 'f2', 'f2', 'b', 1, 0, '[]', 1 FROM run WHERE id = 'a'`,
    ],
    ['a leased run without a fence', `UPDATE run SET fence = NULL WHERE id = 'a'`],
    ['a parked run with a fence', `UPDATE run SET state = 'parked', wait = '{}' WHERE id = 'a'`],
    [
      'a parked run that waits for nothing',
      `UPDATE run SET state = 'parked', fence = NULL WHERE id = 'a'`,
    ],
    [
      'an ended run without an end',
      `UPDATE run SET state = 'completed', fence = NULL WHERE id = 'a'`,
    ],
    [
      'a step done without an answer',
      `UPDATE step SET state = 'done', closed_at = 1 WHERE run_id = 'a'`,
    ],
    ['an open step with an answer', `UPDATE step SET answer = '{}' WHERE run_id = 'a'`],
    [
      'two open steps of one run',
      `INSERT INTO step (run_id, n, state, attempt, upto_seq, opened_at) VALUES ('a', 2, 'open', 1, 1, 1)`,
    ],
    [
      'a gated call started without its approval',
      `UPDATE call SET state = 'started', deadline = 1 WHERE id = 'b:1:0'`,
    ],
    [
      'a call started under the approval of another call',
      `UPDATE call SET state = 'started', deadline = 1, approval_id = 'ap-1' WHERE id = 'b:1:1'`,
    ],
    [
      'a call started with another plan than was approved',
      `UPDATE call SET state = 'started', deadline = 1, approval_id = 'ap-1', plan_hash = 'other' WHERE id = 'b:1:0'`,
    ],
    ['a call started without a deadline', `UPDATE call SET state = 'started' WHERE id = 'b:1:1'`],
    ['a terminal call without a result', `UPDATE call SET state = 'done' WHERE id = 'b:1:1'`],
    ['an opaque call started twice', `UPDATE call SET attempt = 2 WHERE id = 'b:1:2'`],
    ['an approval given by nobody', `UPDATE approval SET state = 'approved' WHERE id = 'ap-1'`],
    [
      'a second approval of one call',
      `INSERT INTO approval (id, call_id, run_id, session_id, plan_hash, state, expires_at, created_at) SELECT 'ap-9', call_id, run_id, session_id, plan_hash, 'pending', 1, 1 FROM approval`,
    ],
    [
      'an edit without a target',
      `${insertOutbound} SELECT 'x', conversation_id, 99, 'x', 0, 'edit', NULL, '{}', 'x', 'prepared', 1, 1, 'e', 1 FROM outbound LIMIT 1`,
    ],
    [
      'two rows of one origin, part and kind',
      `${insertOutbound} SELECT 'x', conversation_id, 99, origin, part, kind, NULL, '{}', 'x', 'prepared', 1, 1, 'e', 1 FROM outbound LIMIT 1`,
    ],
    [
      'two sends at once in one lane',
      `UPDATE outbound SET state = 'sending', fence = 'f', deadline = 1`,
    ],
    [
      'a send without a deadline',
      `UPDATE outbound SET state = 'sending', fence = 'f' WHERE id = 'out-1'`,
    ],
    ['a sent row without a receipt', `UPDATE outbound SET state = 'sent' WHERE id = 'out-1'`],
    [
      'a message twice in the transcript',
      `INSERT INTO entry (session_id, generation, seq, kind, inbound_id, run_id, n, at) SELECT session_id, 1, 99, kind, inbound_id, run_id, n, 1 FROM entry WHERE inbound_id = 'a'`,
    ],
    [
      'an answer twice in the transcript',
      `INSERT INTO entry (session_id, generation, seq, kind, run_id, n, at) SELECT session_id, 1, 99, kind, run_id, n, 1 FROM entry WHERE kind = 'answer'`,
    ],
    ['an event number twice', `INSERT INTO event SELECT * FROM event LIMIT 1`],
    [
      'two ends of one run',
      `INSERT INTO event (session_id, seq, run_id, kind, ref, at) SELECT session_id, 900 + n, 'a', 'run.end', '{}', 1 FROM run JOIN (SELECT 1 AS n UNION SELECT 2) WHERE run.id = 'a'`,
    ],
    ['a schedule that goes backwards', `UPDATE schedule SET last_at = next_at + 1`],
    [
      'a second store',
      `INSERT INTO store (one, epoch, boot, schema, min_writer, clock_high, opened_at) VALUES (2, 'e', 'b', 1, 1, 1, 1)`,
    ],
  ])('%s', (_name, sql) => {
    let failure: unknown;
    db.raw.exec('BEGIN');
    try {
      db.raw.exec(sql);
    } catch (error) {
      failure = error;
    }
    db.raw.exec('ROLLBACK');
    expect(sqliteCode(failure)).toBe(sqlite.constraint);
  });
});

async function fill({
  say,
  claim,
  begin,
  record,
  journal,
  draft,
  accountId,
  now,
  place,
}: World): Promise<void> {
  const a = await say({ session: 'a', inboundId: 'a' });
  await say({ session: 'a', inboundId: 'a2' });
  await claim(a.sessionId);
  const run = await begin({ session: 'b', inboundId: 'b' });
  const { runId, fence, principal, provenance, route } = run;
  const calls = [callOf(0, { gated: true }), callOf(1), callOf(2, { effect: 'opaque' })];
  await journal.recordStep(record(run, 1, { calls }));
  await journal.startCalls({ runId, fence, step: 1, calls: [{ index: 2, deadline: 1 }] });
  const approvals = [approvalOf('ap-1', callOf(0))];
  const reason = { kind: 'approval', ref: 'ap-1' } as const;
  await journal.parkRun({ runId, fence, reason, approvals });
  const drafts = [draft({ outboundId: 'out-1' }), draft({ outboundId: 'out-2' })];
  await journal.prepareOutbound({ drafts });
  await journal.putSchedule({
    scheduleId: 's',
    key: 's',
    owner: 'o',
    sessionKey: 'a',
    agentId: 'main',
    nextAt: now(),
    text: 't',
    principal,
    provenance: { ...provenance, accountId },
    route,
    conversation: place(),
  });
}
