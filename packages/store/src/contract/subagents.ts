import type { ClaimedRun, SubagentDraft } from '@cuttle/core-types/ports';
import { expect, it } from 'vitest';
import { callOf, codeOf, resultOf, type World } from './world.ts';

export function describeSubagents(get: () => World): void {
  /** A run whose model has asked for so many calls, all of them started. */
  const beginCalling = async (calls: number): Promise<ClaimedRun> => {
    const run = await get().begin({ taint: ['web'] });
    await plan(run, 1, calls);
    return run;
  };
  const plan = async (run: ClaimedRun, step: number, calls: number): Promise<void> => {
    const { journal, record, now } = get();
    const planned = Array.from({ length: calls }, (_, index) => callOf(index));
    await journal.recordStep(record(run, step, { calls: planned }));
    const { runId, fence } = run;
    const started = planned.map(({ index }) => ({ index, deadline: now() + 1_000 }));
    await journal.startCalls({ runId, fence, step, calls: started });
  };
  const draftOf = (run: ClaimedRun, more: Partial<SubagentDraft> = {}): SubagentDraft => {
    const { runId, fence } = run;
    const index = more.index ?? 0;
    return {
      runId,
      fence,
      step: 1,
      index,
      subagentId: get().newId(),
      kind: 'task',
      label: `job ${index}`,
      sessionKey: `agent:main:sub:${runId}:1-${index}`,
      agentId: 'main',
      lineage: ['main'],
      depth: 1,
      hops: 0,
      body: { v: 1, parts: [{ type: 'text', text: 'do it' }] },
      bodyHash: 'hash',
      taint: ['web'],
      mostOpen: 5,
      ...more,
    };
  };
  const spawn = async (
    run: ClaimedRun,
    more: Partial<SubagentDraft> = {},
  ): Promise<{ subagentId: string; sessionId: string }> => {
    const spawned = await get().journal.spawnSubagent(draftOf(run, more));
    return spawned.kind === 'spawned' ? spawned : expect.fail(`not spawned: ${spawned.kind}`);
  };
  const take = (run: ClaimedRun, subagentIds: readonly string[] | undefined, timeoutMs = 60_000) =>
    get().journal.takeResults({
      runId: run.runId,
      fence: run.fence,
      step: 1,
      index: 0,
      subagentIds,
      timeoutMs,
    });
  const finish = async (run: ClaimedRun, index: number): Promise<void> => {
    const { runId, fence } = run;
    const end = {
      state: 'done',
      result: resultOf(`call-${index}`),
      taint: [],
      outbound: [],
    } as const;
    await get().journal.finishCall({ runId, fence, step: 1, index, ...end });
  };
  const interrupt = async (sessionId: string): Promise<ClaimedRun> => {
    const place = { sessionId, fence: get().newId(), closing: [] };
    const result = await get().journal.interruptRun(place);
    if (!result) throw new Error('Nothing was interrupted.');
    return result.run;
  };
  const textsOf = async (run: ClaimedRun): Promise<string[]> => {
    const { sessionId, generation } = run;
    const range = { afterSeq: 0, uptoSeq: 999, limit: 999 };
    const entries = await get().reader.readTranscript({ sessionId, generation, ...range });
    return entries.flatMap(({ messages }) => messages.map((message) => JSON.stringify(message)));
  };
  const shown = async (run: ClaimedRun, word: string): Promise<number> =>
    (await textsOf(run)).filter((text) => text.includes(word)).length;

  it('spawns one child per call, whoever asks again', async () => {
    const { journal, reader } = get();
    const run = await beginCalling(1);
    const first = await journal.spawnSubagent(draftOf(run));
    const again = await journal.spawnSubagent(draftOf(run));
    expect(first).toMatchObject({ kind: 'spawned', again: false });
    expect(again).toMatchObject({ kind: 'spawned', again: true });
    const rows = await reader.listSubagents({ sessionId: run.sessionId, limit: 10 });
    expect(rows).toMatchObject([
      { label: 'job 0', state: 'queued', depth: 1, parentRunId: run.runId, rootRunId: run.runId },
    ]);
    expect(await reader.counts()).toMatchObject({ subagents: 1, queued: 1 });
  });

  it('spawns nothing once the parent lost its lease', async () => {
    const world = get();
    const run = await beginCalling(1);
    await world.reopen();
    expect(await codeOf(world.journal.spawnSubagent(draftOf(run)))).toBe('run.fence-lost');
    expect(await world.reader.listSubagents({ limit: 10 })).toEqual([]);
  });

  it('gives a child the authority and the taint of its parent, and the limits of its row', async () => {
    const run = await beginCalling(1);
    const { sessionId, subagentId } = await spawn(run, { tools: ['look'], model: 'local/m2' });
    const child = await get().claim(sessionId);
    expect(child).toMatchObject({
      runId: subagentId,
      principal: run.principal,
      provenance: { door: 'agent', accountId: run.provenance.accountId, trust: 'paired' },
      taint: ['web'],
      route: { kind: 'pull', door: 'agent', stateless: false },
      subagent: {
        subagentId,
        kind: 'task',
        depth: 1,
        lineage: ['main'],
        tools: ['look'],
        model: 'local/m2',
      },
    });
  });

  it('refuses more children at once than asked, and takes one again when one has ended', async () => {
    const { journal, complete, claim } = get();
    const run = await beginCalling(3);
    const { sessionId } = await spawn(run, { mostOpen: 1 });
    const second = draftOf(run, { index: 1, mostOpen: 1 });
    expect(await journal.spawnSubagent(second)).toEqual({ kind: 'full', open: 1 });
    await complete(await claim(sessionId));
    expect(await journal.spawnSubagent(second)).toMatchObject({ kind: 'spawned' });
  });

  it('tells the parent of the end in the same transaction, once, as a message', async () => {
    const { claim, complete, journal, reader, advance } = get();
    const run = await beginCalling(1);
    const { sessionId, subagentId } = await spawn(run);
    const child = await claim(sessionId);
    advance(1_500);
    const ended = await complete(child, { text: 'forty-two' });
    expect(
      ended.events.map(({ sessionId: of, kind }) => `${of === run.sessionId} ${kind}`),
    ).toEqual(expect.arrayContaining(['true subagent.end', 'true inbound', 'false run.end']));
    expect(await complete(child, { text: 'forty-two' })).toMatchObject({ kind: 'completed' });
    await finish(run, 0);
    const { runId, fence } = run;
    const opened = await journal.openStep({ runId, fence, step: 2 });
    expect(opened?.bound).toMatchObject([{ subagentId, externalId: subagentId }]);
    expect(JSON.stringify(opened?.bound[0]?.body)).toMatch(
      /sub-agent \\"job 0\\" .* completed after 1\.5 s; 10 tokens in, 5 out.*\\nforty-two/,
    );
    expect(await shown(run, 'forty-two')).toBe(1);
    expect(await reader.findSubagent(subagentId)).toMatchObject({
      state: 'completed',
      reply: 'forty-two',
      usage: { inputTokens: 10, outputTokens: 5 },
      result: 'bound',
    });
  });

  it('begins a run of the parent when its own has ended, where that one answered', async () => {
    const { claim, complete } = get();
    const run = await beginCalling(1);
    const { sessionId, subagentId } = await spawn(run);
    await finish(run, 0);
    await get().journal.openStep({ runId: run.runId, fence: run.fence, step: 2 });
    await complete(run, { last: get().record(run, 2) });
    await complete(await claim(sessionId));
    const told = await claim(run.sessionId);
    expect(told.inputs).toMatchObject([{ externalId: subagentId }]);
    expect(told).toMatchObject({ route: run.route, conversationKey: run.conversationKey });
    expect(told.subagent).toBeUndefined();
  });

  it('tells of a failure and of a stop as of an end that went well', async () => {
    const { claim, journal, reader } = get();
    const run = await beginCalling(2);
    const failing = await spawn(run);
    const stopped = await spawn(run, { index: 1 });
    const child = await claim(failing.sessionId);
    const error = { code: 'provider.auth', message: 'No key.' };
    await journal.failRun({ runId: child.runId, fence: child.fence, error, notice: [] });
    await journal.stopSubagent({ subagentId: stopped.subagentId, by: 'operator' });
    const rows = await reader.listSubagents({ sessionId: run.sessionId, limit: 10 });
    expect(rows).toMatchObject([
      { state: 'failed', result: 'queued', outcome: { error } },
      { state: 'aborted', result: 'queued', outcome: { by: 'operator' } },
    ]);
    expect(await reader.counts()).toMatchObject({ subagents: 0, queued: 2 });
  });

  it('gives a result to the call that waits for it instead of the transcript, and to that one alone', async () => {
    const { claim, complete, journal } = get();
    const run = await beginCalling(2);
    const { sessionId, subagentId } = await spawn(run, { index: 1 });
    expect(await take(run, [subagentId])).toMatchObject({
      settled: false,
      subagents: [{ state: 'queued', told: false }],
    });
    await complete(await claim(sessionId), { text: 'forty-two' });
    const taken = {
      settled: true,
      subagents: [{ reply: 'forty-two', told: false, taint: ['web'] }],
    };
    expect(await take(run, [subagentId])).toMatchObject(taken);
    expect(await take(run, [subagentId])).toMatchObject(taken);
    const { runId, fence } = run;
    const other = { runId, fence, step: 1, index: 1, timeoutMs: 0, subagentIds: [subagentId] };
    const [again] = (await journal.takeResults(other)).subagents;
    expect(again).toMatchObject({ told: true });
    expect(again?.reply).toBeUndefined();
    await finish(run, 0);
    await finish(run, 1);
    expect((await journal.openStep({ runId, fence, step: 2 }))?.bound).toEqual([]);
    expect(await shown(run, 'forty-two')).toBe(0);
    expect(await get().reader.findSubagent(subagentId)).toMatchObject({ result: 'bound' });
  });

  it('does not tell again by a call what stands in the transcript', async () => {
    const { claim, complete, journal } = get();
    const run = await beginCalling(1);
    const { sessionId, subagentId } = await spawn(run);
    await complete(await claim(sessionId), { text: 'forty-two' });
    await finish(run, 0);
    const { runId, fence } = run;
    await journal.openStep({ runId, fence, step: 2 });
    await plan(run, 2, 1);
    const call = { runId, fence, step: 2, index: 0, timeoutMs: 0 };
    const { subagents } = await journal.takeResults({ ...call, subagentIds: [subagentId] });
    expect(subagents).toMatchObject([{ told: true }]);
    expect(subagents[0]?.reply).toBeUndefined();
    expect(await shown(run, 'forty-two')).toBe(1);
  });

  it('knows only the children of the session, and has nothing to wait for without any', async () => {
    const run = await beginCalling(1);
    expect(await take(run, ['other'])).toMatchObject({ settled: true, unknown: ['other'] });
    expect(await take(run, undefined)).toMatchObject({ settled: true, subagents: [] });
  });

  const park = (run: ClaimedRun, ref: string): ReturnType<World['journal']['parkRun']> =>
    get().journal.parkRun({
      runId: run.runId,
      fence: run.fence,
      reason: { kind: 'child', ref },
      resumeAt: get().now() + 60_000,
      approvals: [],
    });

  it('wakes the run that waits when the last of its children has ended', async () => {
    const { claim, tryClaim, complete } = get();
    const run = await beginCalling(2);
    const one = await spawn(run);
    const two = await spawn(run, { index: 1 });
    expect(await park(run, `${one.subagentId},${two.subagentId}`)).toMatchObject({ ready: false });
    await complete(await claim(one.sessionId));
    expect(await tryClaim(run.sessionId)).toBeUndefined();
    await complete(await claim(two.sessionId));
    expect(await tryClaim(run.sessionId)).toMatchObject({ runId: run.runId, resumed: true });
  });

  it('does not let a run wait for what has ended while it went to sleep', async () => {
    const { claim, complete } = get();
    const run = await beginCalling(1);
    const { sessionId, subagentId } = await spawn(run);
    await complete(await claim(sessionId));
    expect(await park(run, subagentId)).toMatchObject({ ready: true });
  });

  it('lets a run go on that a person steers, or that has waited long enough', async () => {
    const world = get();
    const run = await beginCalling(1);
    const { subagentId } = await spawn(run);
    await park(run, subagentId);
    const said = await world.accept({ mode: 'steer', text: 'never mind' });
    expect(said).toMatchObject({ freed: { runId: run.runId } });
    const steered = await world.claim(run.sessionId);
    const { fence } = steered;
    expect(await take({ ...run, fence }, [subagentId])).toMatchObject({
      settled: true,
      subagents: [{ state: 'queued' }],
    });
    await finish({ ...run, fence }, 0);
    await world.journal.openStep({ runId: run.runId, fence, step: 2 });
    await plan({ ...run, fence }, 2, 1);
    await park({ ...run, fence }, subagentId);
    const soon = { now: world.now(), limit: 10 };
    expect(await world.reader.findSubagentTimers(soon)).toEqual({
      late: [],
      sessions: [],
      next: world.now() + 60_000,
    });
    world.advance(60_000);
    const due = await world.reader.findSubagentTimers({ now: world.now(), limit: 10 });
    expect(due.sessions).toEqual([run.sessionId]);
    expect(due.next).toBeUndefined();
    expect(await world.tryClaim(run.sessionId)).toMatchObject({ runId: run.runId });
  });

  it('lets no result of a child withdraw an approval', async () => {
    const { claim, complete, journal, reader } = get();
    const run = await get().begin();
    const gated = callOf(1, { gated: true });
    await journal.recordStep(get().record(run, 1, { calls: [callOf(0), gated] }));
    const { sessionId } = await spawn(run);
    const { runId, fence } = run;
    const approval = { approvalId: 'a', step: 1, index: 1, planHash: gated.planHash };
    const reason = { kind: 'approval', ref: 'a' } as const;
    const expiresAt = Number.MAX_SAFE_INTEGER;
    await journal.parkRun({ runId, fence, reason, approvals: [{ ...approval, expiresAt }] });
    await complete(await claim(sessionId));
    expect(await reader.findApproval('a')).toMatchObject({ state: 'pending' });
  });

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
