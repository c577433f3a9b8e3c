import { expect, it } from 'vitest';
import { createSubagentWorld } from './subagent-world.ts';
import { codeOf, type World } from './world.ts';

export function describeSubagentStops(get: () => World): void {
  const { beginCalling, plan, draftOf, spawn, finish, interrupt } = createSubagentWorld(get);

  it('stops all below in the transaction of a stop, and starts nothing anew by their results', async () => {
    const world = get();
    const { claim, tryClaim, journal, reader } = world;
    const run = await beginCalling(2);
    const one = await spawn(run);
    const queued = await spawn(run, { index: 1 });
    const child = await claim(one.sessionId);
    await plan(child, 1, 1);
    const below = await spawn(child, { depth: 2, lineage: ['main', 'main'] });
    const grandchild = await claim(below.sessionId);
    const open = { runId: grandchild.runId, fence: grandchild.fence, step: 1, attempt: 1 };
    await journal.appendDelta({ ...open, offset: 0, text: 'so far' });
    const stop = { by: 'user', cancelQueued: false, closing: [] } as const;
    const aborted = await journal.abortRun({ sessionId: run.sessionId, ...stop });
    expect(aborted.events.filter(({ kind }) => kind === 'run.end')).toHaveLength(3);
    const rows = await reader.listSubagents({ sessionId: run.sessionId, limit: 10 });
    expect(rows.map(({ subagentId, state, result }) => ({ subagentId, state, result }))).toEqual(
      [one, queued, below]
        .map(({ subagentId }) => ({ subagentId, state: 'aborted', result: 'cancelled' }))
        .toSorted((left, right) => (left.subagentId < right.subagentId ? -1 : 1)),
    );
    expect(rows.find(({ subagentId }) => subagentId === below.subagentId)?.reply).toBe('so far');
    for (const { sessionId } of [run, one, queued, below])
      expect(await tryClaim(sessionId)).toBeUndefined();
    expect(await codeOf(world.complete(grandchild))).toBe('run.fence-lost');
    expect(await reader.counts()).toMatchObject({ subagents: 0, queued: 0, running: 0 });
  });

  it('reaches the children of runs that have ended by a stop, and not those of a run that came later', async () => {
    const world = get();
    const run = await beginCalling(1);
    await finish(run, 0);
    const { sessionId } = await spawn(run);
    await world.journal.openStep({ runId: run.runId, fence: run.fence, step: 2 });
    await world.complete(run, { last: world.record(run, 2) });
    const control = { kind: 'control' } as const;
    const command = await world.say({ verdict: control, text: '/stop' });
    const later = await world.begin();
    await plan(later, 1, 1);
    const kept = await spawn(later, { sessionKey: 'kept' });
    const { inboundId } = command;
    const stop = { closing: [] };
    await world.journal.settleCommand({ inboundId, reply: 'ok', outbound: [], stop });
    expect(await world.tryClaim(sessionId)).toBeUndefined();
    expect(await world.tryClaim(kept.sessionId)).toBeDefined();
  });

  it('keeps the result for a parent that is gone as a cancelled message', async () => {
    const world = get();
    const run = await beginCalling(1);
    const { sessionId, subagentId } = await spawn(run);
    const child = await world.claim(sessionId);
    const { inboundId } = await world.say({ verdict: { kind: 'control' }, text: '/new' });
    await world.journal.settleCommand({ inboundId, reply: 'ok', outbound: [], reset: true });
    expect(await world.reader.findSubagent(subagentId)).toMatchObject({
      state: 'aborted',
      result: 'cancelled',
    });
    expect(await codeOf(world.complete(child))).toBe('run.fence-lost');
    expect(await world.tryClaim(run.sessionId)).toBeUndefined();
  });

  it('steers a child with its context kept, and it is still the child that reports', async () => {
    const { claim, complete, journal, reader, newId } = get();
    const run = await beginCalling(1);
    const { sessionId, subagentId } = await spawn(run);
    await claim(sessionId);
    const body = { v: 1 as const, parts: [{ type: 'text' as const, text: 'rather this' }] };
    const steer = { subagentId, key: 'k', bodyHash: 'h', body, taint: [] };
    expect(await journal.steerSubagent({ ...steer, inboundId: newId() })).toMatchObject({
      kind: 'steered',
    });
    expect(await journal.steerSubagent({ ...steer, inboundId: newId() })).toMatchObject({
      kind: 'steered',
      events: [],
    });
    const next = await interrupt(sessionId);
    expect(next.inputs).toHaveLength(2);
    expect(next.subagent).toMatchObject({ subagentId });
    expect(await reader.findSubagent(subagentId)).toMatchObject({
      state: 'running',
      runId: next.runId,
      rootRunId: run.runId,
    });
    await complete(next, { text: 'this' });
    expect(await reader.findSubagent(subagentId)).toMatchObject({
      state: 'completed',
      reply: 'this',
    });
    const late = { ...steer, key: 'late', inboundId: newId() };
    expect(await journal.steerSubagent(late)).toEqual({ kind: 'ended' });
    expect(await reader.counts()).toMatchObject({ subagents: 0, queued: 1 });
  });

  it('does not lose steering that was cut off before it interrupted', async () => {
    const { claim, complete, journal, newId } = get();
    const run = await beginCalling(1);
    const { sessionId, subagentId } = await spawn(run);
    const child = await claim(sessionId);
    const body = { v: 1 as const, parts: [{ type: 'text' as const, text: 'rather this' }] };
    const steer = { subagentId, key: 'k', bodyHash: 'h', body, taint: [] };
    await journal.steerSubagent({ ...steer, inboundId: newId() });
    expect(await complete(child)).toMatchObject({ kind: 'steered' });
    const { runId, fence } = child;
    expect(await journal.openStep({ runId, fence, step: 2 })).toMatchObject({
      bound: [{ subagentId }],
    });
  });

  it('keeps the children of an interrupted run: they are those of the run in its place', async () => {
    const world = get();
    const run = await beginCalling(1);
    const { sessionId, subagentId } = await spawn(run);
    const child = await world.claim(sessionId);
    await world.say({ mode: 'interrupt' });
    const next = await interrupt(run.sessionId);
    expect(await world.reader.findSubagent(subagentId)).toMatchObject({
      state: 'running',
      parentRunId: next.runId,
      rootRunId: next.runId,
    });
    await world.complete(child);
    expect(await world.complete(next)).toMatchObject({ kind: 'steered' });
  });

  it('ends a child after those it began itself', async () => {
    const world = get();
    const run = await beginCalling(1);
    const { sessionId, subagentId } = await spawn(run);
    const child = await world.claim(sessionId);
    await plan(child, 1, 1);
    const below = await spawn(child, { depth: 2 });
    await finish(child, 0);
    const { runId, fence } = child;
    await world.journal.openStep({ runId, fence, step: 2 });
    const last = world.record(child, 2);
    expect(await world.complete(child, { last })).toMatchObject({ kind: 'waits' });
    expect(await world.complete(child, { last })).toMatchObject({ kind: 'waits' });
    expect(await world.tryClaim(sessionId)).toBeUndefined();
    await world.complete(await world.claim(below.sessionId));
    const resumed = await world.claim(sessionId);
    const opened = await world.journal.openStep({ runId, fence: resumed.fence, step: 3 });
    expect(opened?.bound).toMatchObject([{ subagentId: below.subagentId }]);
    await world.complete(resumed, { last: world.record(resumed, 3) });
    expect(await world.reader.findSubagent(subagentId)).toMatchObject({ state: 'completed' });
  });

  it('ends what is late, when its time has come', async () => {
    const world = get();
    const run = await beginCalling(1);
    const { subagentId } = await spawn(run, { deadlineAt: world.now() + 500 });
    const limit = 10;
    expect(await world.reader.findSubagentTimers({ now: world.now(), limit })).toMatchObject({
      late: [],
      next: world.now() + 500,
    });
    world.advance(500);
    const { late } = await world.reader.findSubagentTimers({ now: world.now(), limit });
    expect(late).toEqual([subagentId]);
    const stopped = await world.journal.stopSubagent({ subagentId, by: 'timeout' });
    expect(stopped).toMatchObject({ kind: 'stopped' });
    expect(await world.journal.stopSubagent({ subagentId, by: 'timeout' })).toEqual({
      kind: 'none',
    });
  });

  it('refuses a circle of waits between sessions', async () => {
    const world = get();
    const run = await world.begin({ session: 'a', place: 'a' });
    await plan(run, 1, 2);
    const message = { kind: 'message', sessionKey: 'b' } as const;
    const asked = await spawn(run, message);
    const answering = await world.claim(asked.sessionId);
    await plan(answering, 1, 1);
    const back = draftOf(answering, { kind: 'message', sessionKey: 'a' });
    expect(await world.journal.spawnSubagent(back)).toEqual({ kind: 'cycle' });
    const self = draftOf(run, { ...message, index: 1, sessionKey: 'a' });
    expect(await world.journal.spawnSubagent(self)).toEqual({ kind: 'cycle' });
  });

  it('is refused from another session than the one that began it', async () => {
    const { journal, newId } = get();
    const run = await beginCalling(1);
    const { subagentId } = await spawn(run);
    const parentSessionId = 'another';
    expect(await journal.stopSubagent({ subagentId, parentSessionId, by: 'user' })).toEqual({
      kind: 'none',
    });
    const body = { v: 1 as const, parts: [] };
    const steer = { subagentId, parentSessionId, key: 'k', bodyHash: 'h', body, taint: [] };
    expect(await journal.steerSubagent({ ...steer, inboundId: newId() })).toEqual({
      kind: 'unknown',
    });
  });

  it('keeps the sessions of sub-agents out of the lists, until a person speaks in one', async () => {
    const { reader, complete, claim, say } = get();
    const run = await beginCalling(1);
    const { sessionId } = await spawn(run);
    const child = await claim(sessionId);
    await complete(child);
    const keys = async (): Promise<string[]> =>
      (await reader.listSessions({ limit: 10 })).sessions.map(({ sessionKey }) => sessionKey);
    expect(await keys()).toEqual([run.sessionKey]);
    await say({ session: child.sessionKey });
    expect(await keys()).toContain(child.sessionKey);
  });

  it('goes with the session that it worked for, once nothing works any more', async () => {
    const world = get();
    const { journal, reader } = world;
    const run = await beginCalling(1);
    const { sessionId, subagentId } = await spawn(run);
    const child = await world.claim(sessionId);
    await finish(run, 0);
    await journal.openStep({ runId: run.runId, fence: run.fence, step: 2 });
    await world.complete(run, { last: world.record(run, 2) });
    const removal = { sessionKey: run.sessionKey, by: 'owner' };
    expect(await codeOf(journal.removeSession(removal))).toBe('session.busy');
    await world.complete(child);
    await world.complete(await world.claim(run.sessionId));
    await journal.removeSession(removal);
    expect(await reader.findSession(child.sessionKey)).toBeUndefined();
    while ((await journal.sweep({ limit: 50 })).changed > 0);
    expect(await reader.findSubagent(subagentId)).toBeUndefined();
  });
}
