import type { ClaimedRun } from '@cuttle/core-types/ports';
import { isCuttleError } from '@cuttle/core-types/errors';
import * as fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { callOf, createWorld, resultOf, type World } from '../contract/world.ts';
import { openDatabase, query } from './database.ts';
import { noReserve, openFixture } from './fixtures/open-fixture.ts';
import { openInlineStore } from './index.ts';

vi.setConfig({ testTimeout: 60_000 });

/** Calls that the model of each run has asked for. */
const width = 3;
const act = fc.record({
  do: fc.constantFrom(
    'spawn',
    'spawn',
    'spawn',
    'claim',
    'claim',
    'complete',
    'complete',
    'fail',
    'steer',
    'stop',
    'take',
    'park',
    'finish',
    'open',
    'abort',
    'reset',
    'say',
    'restart',
  ),
  which: fc.nat(7),
  call: fc.nat(width - 1),
});
type Act = typeof act extends fc.Arbitrary<infer Value> ? Value : never;

interface Play {
  readonly world: World;
  /** Session ids, the root's first. */
  readonly sessions: string[];
  readonly runs: Map<string, ClaimedRun>;
  readonly children: string[];
  aborts: number;
}

it('tells each result once and leaves nothing running under what was stopped, in whatever order things happen', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(act, { minLength: 40, maxLength: 120, size: 'max' }),
      async (acts) => {
        let path = '';
        const world = await createWorld(({ now }) =>
          openFixture((paths) => {
            ({ path } = paths);
            return openInlineStore({ ...paths, now, disk: noReserve });
          }),
        );
        try {
          const play: Play = { world, sessions: [], runs: new Map(), children: [], aborts: 0 };
          play.sessions.push((await world.say()).sessionId);
          for (const next of acts) await tolerate(() => take(play, next));
          expect(findBroken(path)).toEqual([]);
          await settle(play);
          expect(findBroken(path)).toEqual([]);
          const { subagents, queued } = await world.reader.counts();
          expect({ subagents, queued }).toEqual({ subagents: 0, queued: 0 });
        } finally {
          await world.close();
        }
      },
    ),
    { numRuns: 25 },
  );
});

/** Refusals are an answer; anything else is a bug. */
async function tolerate(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isCuttleError(error, 'request.invalid', 'run.fence-lost', 'run.not-found')) throw error;
  }
}

async function take(play: Play, { do: what, which, call }: Act): Promise<unknown> {
  const { world, sessions, runs, children } = play;
  const { journal, newId } = world;
  const sessionId = sessions[which % sessions.length] ?? '';
  const run = runs.get(sessionId);
  const child = children[which % Math.max(1, children.length)] ?? 'none';
  switch (what) {
    case 'restart':
      return world.reopen();
    case 'say':
      return world.say({ mode: which % 2 === 0 ? 'steer' : 'followup' });
    case 'claim':
      return claim(play, sessionId);
    case 'abort':
      play.aborts += 1;
      return journal.abortRun({ sessionId, by: 'user', cancelQueued: which === 0, closing: [] });
    case 'reset': {
      const { inboundId } = await world.say({ verdict: { kind: 'control' } });
      return journal.settleCommand({ inboundId, reply: 'ok', outbound: [], reset: true });
    }
    case 'stop':
      return journal.stopSubagent({ subagentId: child, by: 'operator' });
    case 'steer': {
      const body = { v: 1 as const, parts: [] };
      const steering = { subagentId: child, key: newId(), bodyHash: 'h', body, taint: [] };
      await journal.steerSubagent({ ...steering, inboundId: newId() });
      const row = await world.reader.findSubagent(child);
      const place = { sessionId: row?.sessionId ?? '', fence: newId(), closing: [] };
      const result = await journal.interruptRun(place);
      return result && runs.set(place.sessionId, result.run);
    }
    case 'spawn':
    case 'complete':
    case 'fail':
    case 'take':
    case 'park':
    case 'finish':
    case 'open':
      return run && underRun(play, run, { what, call });
  }
}

/** The next run of a session, or the cut one again; its model asks for calls at once. */
async function claim(play: Play, sessionId: string): Promise<void> {
  const { world, runs } = play;
  const run = await world.tryClaim(sessionId);
  if (!run) return;
  runs.set(sessionId, run);
  if (run.open) await ask(world, run, run.open.step);
}

async function ask(world: World, run: ClaimedRun, step: number): Promise<void> {
  const calls = Array.from({ length: width }, (_, index) => callOf(index, { effect: 'keyed' }));
  await world.journal.recordStep(world.record(run, step, { calls }));
}

async function underRun(
  play: Play,
  run: ClaimedRun,
  { what, call }: { what: string; call: number },
): Promise<unknown> {
  const { world, children, sessions } = play;
  const { journal, newId, reader } = world;
  const { runId, fence } = run;
  const step = (await reader.findRun(runId))?.steps.at(-1)?.step ?? 1;
  const place = { runId, fence, step, index: call };
  switch (what) {
    case 'spawn': {
      const depth = (run.subagent?.depth ?? 0) + 1;
      if (depth > 3) return undefined;
      const spawned = await journal.spawnSubagent({
        ...place,
        subagentId: newId(),
        kind: 'task',
        label: 'job',
        sessionKey: `sub:${runId}:${step}.${call}`,
        agentId: 'main',
        lineage: [],
        depth,
        hops: 0,
        body: { v: 1, parts: [] },
        bodyHash: 'h',
        taint: [],
        mostOpen: 4,
      });
      if (spawned.kind !== 'spawned' || spawned.again) return undefined;
      children.push(spawned.subagentId);
      return sessions.push(spawned.sessionId);
    }
    case 'take':
      return journal.takeResults({ ...place, timeoutMs: call === 0 ? 0 : 1e9 });
    case 'park': {
      const open = await reader.listSubagents({ sessionId: run.sessionId, open: true, limit: 9 });
      const ref = open.map(({ subagentId }) => subagentId).join(',');
      const reason = { kind: 'child', ref } as const;
      return ref === '' ? undefined : journal.parkRun({ runId, fence, reason, approvals: [] });
    }
    case 'finish':
      return finishAll(world, run, step);
    case 'open':
      await finishAll(world, run, step);
      await journal.openStep({ runId, fence, step: step + 1 });
      return ask(world, run, step + 1);
    case 'complete':
      return end(world, run, step);
    default: {
      const error = { code: 'provider.auth', message: 'No key.' };
      return journal.failRun({ runId, fence, error, notice: [] });
    }
  }
}

async function finishAll(world: World, run: ClaimedRun, step: number): Promise<void> {
  const { runId, fence } = run;
  const row = (await world.reader.findRun(runId))?.steps.find((one) => one.step === step);
  for (const { index, state } of row?.calls ?? []) {
    if (state !== 'planned' && state !== 'started') continue;
    const calls = [{ index, deadline: world.now() + 1_000 }];
    await world.journal.startCalls({ runId, fence, step, calls });
    const result = resultOf(`call-${index}`);
    const done = { state: 'done', result, taint: [], outbound: [] } as const;
    await world.journal.finishCall({ runId, fence, step, index, ...done });
  }
}

/** An answer without calls, so that the run may end. */
async function end(world: World, run: ClaimedRun, step: number): Promise<unknown> {
  const { runId, fence } = run;
  const row = (await world.reader.findRun(runId))?.steps.at(-1);
  let open = step;
  if (row?.state === 'done') {
    await finishAll(world, run, step);
    open = step + 1;
    await world.journal.openStep({ runId, fence, step: open });
  }
  for (;;) {
    const { kind } = await world.complete(run, { last: world.record(run, open) });
    if (kind !== 'steered') return kind;
    open += 1;
    await world.journal.openStep({ runId, fence, step: open });
  }
}

/** Every run is claimed, its children first, and ended, until nothing is left. */
async function settle({ world, sessions }: Play): Promise<void> {
  await world.reopen();
  for (let round = 0; round < 200; round += 1) {
    let worked = false;
    for (const sessionId of sessions.toReversed()) {
      const run = await world.tryClaim(sessionId);
      if (!run) continue;
      worked = true;
      const step = (await world.reader.findRun(run.runId))?.steps.at(-1)?.step ?? 1;
      await end(world, run, step);
    }
    if (!worked) return;
  }
  expect.fail('It never came to rest.');
}

/** Rows that must not be, whatever was asked. */
function findBroken(path: string): readonly string[] {
  const db = openDatabase(path);
  const rules: Readonly<Record<string, string>> = {
    'one result for each end': `SELECT id FROM subagent WHERE (ended_at IS NOT NULL) <> (SELECT count(*) FROM inbound WHERE inbound.subagent_id = subagent.id AND inbound.external_id = subagent.id)`,
    'told by a call or by the transcript': `SELECT subagent.id FROM subagent JOIN entry ON entry.inbound_id = result_id WHERE taken_by IS NOT NULL`,
    'nothing under what was stopped': `SELECT subagent.id FROM subagent JOIN run ON run.id = subagent.root WHERE subagent.ended_at IS NULL AND run.state = 'aborted'`,
    'no orphan below an ended one': `SELECT below.id FROM subagent AS below JOIN subagent AS above ON above.session_id = below.parent_session AND above.run_id = below.parent_run WHERE above.ended_at IS NOT NULL AND below.ended_at IS NULL`,
    'a run for each that runs': `SELECT subagent.id FROM subagent LEFT JOIN run ON run.id = subagent.run_id WHERE subagent.state = 'running' AND (run.id IS NULL OR run.ended_at IS NOT NULL)`,
    'a task for each that waits': `SELECT subagent.id FROM subagent LEFT JOIN inbound ON inbound.id = subagent.id WHERE subagent.state = 'queued' AND inbound.state IS NOT 'queued'`,
    'nobody waits for what has ended': `SELECT run.id FROM run JOIN subagent ON instr(wait, subagent.id) > 0 WHERE run.state = 'parked' GROUP BY run.id HAVING sum(subagent.ended_at IS NULL) = 0`,
    'counts of queued rows': `SELECT id FROM session WHERE queued <> (SELECT count(*) FROM inbound WHERE session_id = session.id AND state = 'queued' AND control = 0)`,
  };
  try {
    return Object.entries(rules).flatMap(([rule, sql]) =>
      db.list(query<object>(sql)).map((row) => `${rule}: ${JSON.stringify(row)}`),
    );
  } finally {
    db.close();
  }
}
