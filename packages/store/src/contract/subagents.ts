import { expect, it } from 'vitest';
import { createSubagentWorld } from './subagent-world.ts';
import { callOf, codeOf, type World } from './world.ts';

export function describeSubagents(get: () => World): void {
  const { beginCalling, plan, draftOf, spawn, take, finish, shown, park } =
    createSubagentWorld(get);

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
      expired: false,
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

  it('knows the chat of the run at the top, where a child has none of its own', async () => {
    const { claim, reader, place, begin } = get();
    const run = await beginCalling(1);
    const { sessionId, subagentId } = await spawn(run);
    const child = await claim(sessionId);
    const row = await reader.findSubagent(subagentId);
    expect(await reader.findConversationOfRun(row?.rootRunId ?? '')).toEqual(place());
    expect(await reader.findConversationOfRun(child.runId)).toBeUndefined();
    const pulled = await begin({ session: 'pulled', route: 'pull' });
    expect(await reader.findConversationOfRun(pulled.runId)).toBeUndefined();
  });
}
