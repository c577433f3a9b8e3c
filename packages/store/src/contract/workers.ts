import type { ClaimedRun, ClaimedTask, SubagentDraft, TaskReport } from '@cuttle/core-types/ports';
import { expect, it } from 'vitest';
import { createSubagentWorld } from './subagent-world.ts';
import { callOf, type World } from './world.ts';

export function describeWorkers(get: () => World): void {
  const { beginCalling, spawn, take, finish, shown, park, draftOf } = createSubagentWorld(get);
  const give = (run: ClaimedRun, more: Partial<SubagentDraft> = {}) =>
    spawn(run, { worker: 'builder', ...more });
  const tryTake = (key: string, more: { worker?: string; holder?: string } = {}) =>
    get().journal.claimWorkerTask({
      worker: 'builder',
      holder: 'token-1',
      key,
      fence: get().newId(),
      leaseMs: 1_000,
      ...more,
    });
  /** So much later, when the timer has looked. */
  const pass = (ms: number) => {
    get().advance(ms);
    return get().journal.expireWorkerLeases({ now: get().now(), limit: 10 });
  };
  const begin = async (key = 'k1'): Promise<ClaimedTask> =>
    (await tryTake(key)) ?? expect.fail('nothing to claim');
  const placeOf = ({ taskId, fence }: ClaimedTask) => ({ taskId, fence, holder: 'token-1' });
  const report = (task: ClaimedTask, seq: number, text?: string): Promise<TaskReport> =>
    get().journal.reportWorkerTask({ ...placeOf(task), seq, text });
  const end = (
    task: ClaimedTask,
    seq: number,
    text = 'done',
    outcome: 'completed' | 'failed' = 'completed',
  ) => get().journal.finishWorkerTask({ ...placeOf(task), seq, text, outcome });

  it('gives no run a task of a worker, and a worker of its name the oldest one', async () => {
    const { reader, tryClaim } = get();
    const run = await beginCalling(2);
    const one = await give(run, { deadlineAt: get().now() + 60_000 });
    await give(run, { index: 1 });
    expect(await tryClaim(one.sessionId)).toBeUndefined();
    expect((await reader.findWork()).sessions).not.toContain(one.sessionId);
    expect(await tryTake('k0', { worker: 'other' })).toBeUndefined();
    expect(await begin()).toMatchObject({
      taskId: one.subagentId,
      label: 'job 0',
      task: 'do it',
      attempt: 1,
      leaseUntil: get().now() + 1_000,
      deadlineAt: get().now() + 60_000,
    });
    const rows = await reader.listSubagents({ sessionId: run.sessionId, limit: 10 });
    expect(rows).toMatchObject([
      { state: 'running', worker: 'builder', kind: 'task' },
      { state: 'queued', worker: 'builder' },
    ]);
    expect(await reader.counts()).toMatchObject({ subagents: 2, queued: 0 });
  });

  it('gives each task to one worker, and the same one to whoever asks again with the same key', async () => {
    const run = await beginCalling(2);
    await give(run);
    await give(run, { index: 1 });
    const [one, two] = [await begin('k1'), await begin('k2')];
    expect(two.taskId).not.toBe(one.taskId);
    expect(await begin('k1')).toEqual(one);
    expect(await tryTake('k3')).toBeUndefined();
    expect(await tryTake('k1', { holder: 'token-2' })).toBeUndefined();
  });

  it('counts a report once, in its turn, and tells how far the worker is', async () => {
    const run = await beginCalling(1);
    const { subagentId } = await give(run);
    const task = await begin();
    const { journal, reader } = get();
    expect(await report(task, 1, 'one')).toEqual({
      kind: 'held',
      acked: 1,
      isNews: true,
      isBack: false,
    });
    expect(await report(task, 1, 'one')).toEqual({
      kind: 'held',
      acked: 1,
      isNews: false,
      isBack: false,
    });
    expect(await report(task, 3, 'three')).toEqual({
      kind: 'held',
      acked: 1,
      isNews: false,
      isBack: false,
    });
    const half = { ...placeOf(task), seq: 2, progress: 'half' };
    expect(await journal.reportWorkerTask(half)).toMatchObject({ acked: 2 });
    expect(await reader.findSubagent(subagentId)).toMatchObject({ progress: 'half' });
    expect(await end(task, 4)).toMatchObject({ kind: 'held', acked: 2, ended: false });
    expect(await end(task, 3, 'last')).toMatchObject({ kind: 'held', acked: 3, ended: true });
    expect(await reader.findSubagent(subagentId)).toMatchObject({
      state: 'completed',
      reply: 'one\nlast',
    });
  });

  it('tells the parent of the end once, by a message that taints it', async () => {
    const { journal } = get();
    const run = await beginCalling(1);
    const { subagentId } = await give(run, { taint: ['web'] });
    const task = await begin();
    const ended = await end(task, 1, 'forty-two');
    expect(ended).toMatchObject({
      kind: 'held',
      ended: true,
      events: [{ kind: 'subagent.end' }, { kind: 'inbound' }],
    });
    expect(await end(task, 1, 'forty-two')).toMatchObject({ ended: true, events: [] });
    expect(await report(task, 2, 'more')).toEqual({ kind: 'stopped', acked: 1 });
    await finish(run, 0);
    const { runId, fence } = run;
    const opened = await journal.openStep({ runId, fence, step: 2 });
    expect(opened?.bound).toMatchObject([{ subagentId, externalId: subagentId }]);
    expect(await shown(run, 'forty-two')).toBe(1);
    await get().complete(run, { last: get().record(run, 2) });
    expect((await get().begin()).taint).toEqual(['web', 'client']);
  });

  it('gives the result to the call that waits, and wakes its run', async () => {
    const { claim } = get();
    const run = await beginCalling(1);
    const { subagentId } = await give(run);
    expect(await take(run, [subagentId])).toMatchObject({
      settled: false,
      subagents: [{ state: 'queued' }],
    });
    const task = await begin();
    expect(await take(run, [subagentId])).toMatchObject({ subagents: [{ state: 'running' }] });
    await park(run, subagentId);
    await end(task, 1, 'forty-two');
    const woken = await claim(run.sessionId);
    const taken = await take({ ...run, fence: woken.fence }, [subagentId]);
    expect(taken).toMatchObject({
      settled: true,
      subagents: [{ state: 'completed', reply: 'forty-two', taint: ['web', 'client'] }],
    });
  });

  it('cuts what is longer than a result, and says how much is left out', async () => {
    const run = await beginCalling(1);
    const { subagentId } = await give(run);
    const task = await begin();
    for (const seq of [1, 2, 3]) await report(task, seq, 'x'.repeat(9_000));
    await end(task, 4, '');
    const row = await get().reader.findSubagent(subagentId);
    expect(row?.reply?.length).toBeLessThan(20_200);
    expect(row?.reply).toContain('27002');
  });

  it('lets a task wait again when its lease is found expired, and tells of each once', async () => {
    const { reader, journal, now } = get();
    const run = await beginCalling(1);
    const { subagentId } = await give(run);
    const { leaseUntil } = await begin();
    const asked = { worker: 'builder', holder: 'token-1', key: 'k2' };
    const timers = () => reader.findSubagentTimers({ now: now(), limit: 10 });
    expect(await timers()).toMatchObject({ expired: false, next: leaseUntil });
    expect(await pass(999)).toMatchObject({ leases: [] });
    get().advance(1);
    expect(await timers()).toEqual({ late: [], sessions: [], expired: true });
    expect(await reader.findWorkerWork(asked)).toBeUndefined();
    expect(await tryTake('k2')).toBeUndefined();
    expect(await journal.expireWorkerLeases({ now: now(), limit: 10 })).toEqual({
      leases: [{ taskId: subagentId, worker: 'builder', became: 'waits' }],
      events: [],
      conversations: [],
    });
    expect(await pass(5_000)).toMatchObject({ leases: [] });
    expect(await timers()).toEqual({ late: [], sessions: [], expired: false });
    expect(await reader.findSubagent(subagentId)).toMatchObject({ state: 'queued' });
    expect(await reader.findWorkerWork(asked)).toBe(subagentId);
    expect(await begin('k2')).toMatchObject({ taskId: subagentId, attempt: 2 });
    expect(await reader.findSubagent(subagentId)).toMatchObject({ state: 'running' });
  });

  it('finds leases expired in pages, those first that expired first', async () => {
    const run = await beginCalling(2);
    await give(run);
    await give(run, { index: 1 });
    const one = await begin('k1');
    get().advance(10);
    const two = await begin('k2');
    get().advance(5_000);
    const { journal, now } = get();
    const page = async () =>
      (await journal.expireWorkerLeases({ now: now(), limit: 1 })).leases.map(
        ({ taskId }) => taskId,
      );
    expect([await page(), await page(), await page()]).toEqual([[one.taskId], [two.taskId], []]);
  });

  it('keeps a lease that nobody else took, however late, and loses it to the next worker', async () => {
    const { journal, reader, now } = get();
    const run = await beginCalling(1);
    const { subagentId } = await give(run);
    const task = await begin();
    await pass(5_000);
    const late = { kind: 'held', acked: 1, isNews: true, isBack: true };
    expect(await report(task, 1, 'late')).toEqual(late);
    expect(await reader.findSubagent(subagentId)).toMatchObject({ state: 'running' });
    expect(await tryTake('k2')).toBeUndefined();
    expect(await reader.findSubagentTimers({ now: now(), limit: 1 })).toMatchObject({
      next: now() + 1_000,
    });
    await pass(1_000);
    const next = await begin('k2');
    expect(next).toMatchObject({ taskId: task.taskId, attempt: 2 });
    expect(await report(task, 2, 'too late')).toEqual({ kind: 'lost' });
    expect(await end(task, 2)).toEqual({ kind: 'lost' });
    const stolen = { ...placeOf(next), holder: 'token-2', seq: 1 };
    expect(await journal.reportWorkerTask(stolen)).toEqual({ kind: 'lost' });
    await end(next, 1, 'anew');
    expect(await reader.findSubagent(subagentId)).toMatchObject({ reply: 'anew' });
  });

  it('takes the end of a worker that was given up for lost, where nobody else has the task', async () => {
    const run = await beginCalling(1);
    const { subagentId } = await give(run);
    const task = await begin();
    await pass(5_000);
    expect(await end(task, 1, 'late')).toMatchObject({ kind: 'held', ended: true });
    expect(await get().reader.findSubagent(subagentId)).toMatchObject({ reply: 'late' });
    expect(await tryTake('k2')).toBeUndefined();
    expect(await pass(5_000)).toMatchObject({ leases: [], events: [] });
  });

  it('gives leases their whole length anew after the gateway was away, but none that was found expired', async () => {
    const world = get();
    const run = await beginCalling(2);
    await give(run);
    await begin('k1');
    await pass(1_000);
    expect((await world.reader.findWork()).leased).toBe(false);
    const { taskId } = await begin('k2');
    expect((await world.reader.findWork()).leased).toBe(true);
    const { subagentId: second } = await give(run, { index: 1 });
    await begin('k3');
    await pass(900);
    await world.reopen();
    world.advance(20_000);
    expect(await world.journal.renewWorkerLeases()).toBe(2);
    expect(await pass(999)).toMatchObject({ leases: [] });
    expect(await pass(1)).toMatchObject({ leases: [{ taskId }, { taskId: second }] });
    expect(await world.journal.renewWorkerLeases()).toBe(0);
    expect(await begin('k4')).toMatchObject({ taskId, attempt: 3 });
  });

  it('begins anew with the claim of a worker that was cut after it had reported', async () => {
    const run = await beginCalling(1);
    const { subagentId } = await give(run);
    const task = await begin();
    await report(task, 1, 'half of it');
    const again = await begin();
    expect(again).toMatchObject({ taskId: task.taskId, attempt: 2 });
    expect(again.fence).not.toBe(task.fence);
    expect(await report(task, 2, 'late')).toEqual({ kind: 'lost' });
    await end(again, 1, 'all of it');
    expect(await get().reader.findSubagent(subagentId)).toMatchObject({ reply: 'all of it' });
  });

  it('gives up a task under which three workers in a row said nothing, when the third is lost', async () => {
    const { reader, now } = get();
    const run = await beginCalling(1);
    const { subagentId } = await give(run);
    const became: string[] = [];
    let told = 0;
    for (const key of ['k1', 'k2', 'k3']) {
      await begin(key);
      const { leases, events } = await pass(1_000);
      became.push(...leases.map((lease) => lease.became));
      told += events.filter(({ kind }) => kind === 'inbound').length;
    }
    expect(became).toEqual(['waits', 'waits', 'lost']);
    expect(told).toBe(1);
    expect(await pass(1_000)).toMatchObject({ leases: [], events: [] });
    expect(await tryTake('k4')).toBeUndefined();
    expect(await reader.findSubagent(subagentId)).toMatchObject({
      state: 'failed',
      outcome: { error: { code: 'subagent.worker-lost' } },
      result: 'queued',
      endedAt: now() - 1_000,
    });
  });

  it('tells the last of them that nobody wants more', async () => {
    const run = await beginCalling(1);
    await give(run);
    for (const key of ['k1', 'k2']) {
      await begin(key);
      await pass(1_000);
    }
    const last = await begin('k3');
    await pass(1_000);
    expect(await report(last, 1, 'late')).toEqual({ kind: 'stopped', acked: 0 });
    expect(await end(last, 1)).toEqual({ kind: 'stopped', acked: 0 });
  });

  it('goes on counting anew where one of them reported', async () => {
    const run = await beginCalling(1);
    await give(run);
    for (const key of ['k1', 'k2', 'k3', 'k4', 'k5']) {
      const task = await begin(key);
      if (key === 'k2') await report(task, 0);
      await pass(1_000);
    }
    expect(await tryTake('k6')).toBeUndefined();
  });

  it('says that it failed, in its own words', async () => {
    const run = await beginCalling(1);
    const { subagentId } = await give(run);
    await end(await begin(), 1, 'no disk', 'failed');
    expect(await get().reader.findSubagent(subagentId)).toMatchObject({
      state: 'failed',
      reply: 'no disk',
      outcome: { error: { code: 'subagent.worker-failed' } },
    });
  });

  it('tells a worker of a stop of its task, of all above it and of its deadline', async () => {
    const { journal, reader, tryClaim } = get();
    const run = await beginCalling(2);
    const one = await give(run);
    await give(run, { index: 1 });
    const [first, second] = [await begin('k1'), await begin('k2')];
    await report(first, 1, 'so far');
    await journal.stopSubagent({ subagentId: one.subagentId, by: 'timeout' });
    expect(await report(first, 2, 'more')).toEqual({ kind: 'stopped', acked: 1 });
    expect(await end(first, 2)).toEqual({ kind: 'stopped', acked: 1 });
    expect(await reader.findSubagent(one.subagentId)).toMatchObject({
      state: 'aborted',
      reply: 'so far',
      result: 'queued',
    });
    const stop = { by: 'user', cancelQueued: true, closing: [] } as const;
    await journal.abortRun({ sessionId: run.sessionId, ...stop });
    expect(await report(second, 1)).toEqual({ kind: 'stopped', acked: 0 });
    expect(await tryTake('k3')).toBeUndefined();
    expect(await tryClaim(run.sessionId)).toBeUndefined();
  });

  it('cannot be steered', async () => {
    const { journal, newId } = get();
    const run = await beginCalling(1);
    const { subagentId } = await give(run);
    const body = { v: 1 as const, parts: [] };
    const steer = { subagentId, key: 'k', bodyHash: 'h', body, taint: [], inboundId: newId() };
    expect(await journal.steerSubagent(steer)).toEqual({ kind: 'outside' });
    await journal.stopSubagent({ subagentId, by: 'user' });
    expect(await journal.steerSubagent(steer)).toEqual({ kind: 'ended' });
  });

  it('is held over restarts of the gateway', async () => {
    const world = get();
    const run = await beginCalling(1);
    const { subagentId } = await give(run);
    const task = await begin();
    await report(task, 1, 'one');
    await world.reopen();
    expect(await world.reader.findSubagent(subagentId)).toMatchObject({ state: 'running' });
    expect(await report(task, 1, 'one')).toMatchObject({ kind: 'held', acked: 1 });
    await end(task, 2, 'two');
    expect(await world.reader.findSubagent(subagentId)).toMatchObject({ reply: 'one\ntwo' });
  });

  it('counts among the children of a session, once per call', async () => {
    const run = await beginCalling(2);
    const { journal } = get();
    const first = await give(run, { mostOpen: 1 });
    const again = await journal.spawnSubagent(draftOf(run, { worker: 'builder', mostOpen: 1 }));
    expect(again).toMatchObject({ kind: 'spawned', again: true, subagentId: first.subagentId });
    const second = draftOf(run, { index: callOf(1).index, worker: 'builder', mostOpen: 1 });
    expect(await journal.spawnSubagent(second)).toEqual({ kind: 'full', open: 1 });
  });

  it('forgets the tokens of a name', async () => {
    const { journal, reader } = get();
    const principal = { id: 'w', kind: 'client', scopes: [] } as const;
    const token = { kind: 'api', principal, expiresAt: undefined } as const;
    for (const hash of ['a', 'b'])
      await journal.putToken({
        ...token,
        hash,
        name: 'worker:builder',
        principal: { ...principal, scopes: [] },
      });
    await journal.putToken({
      ...token,
      hash: 'c',
      name: 'other',
      principal: { ...principal, scopes: [] },
    });
    expect(await journal.removeTokens({ kind: 'api', name: 'worker:builder' })).toBe(2);
    expect(await reader.findToken({ hash: 'a', kind: 'api' })).toBeUndefined();
    expect(await reader.findToken({ hash: 'c', kind: 'api' })).toBeDefined();
  });
}
