import { manualClock, type ManualClock } from '@cuttle/testkit';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { openGateway, modelRef, type OpenGateway } from '../gateway/open-gateway.ts';

const Claimed = z.object({
  task: z.object({ taskId: z.string(), fence: z.string(), attempt: z.int() }).optional(),
});
const Failed = z.object({ error: z.object({ code: z.string() }) });
type Task = NonNullable<z.infer<typeof Claimed>['task']>;

const leaseMs = 10_000;

let clock: ManualClock;
let gateway: OpenGateway;
let token: string;
/** Each test has its own; none leaves a task behind. */
let sessionKey: string;
let tests = 0;
beforeAll(async () => {
  clock = manualClock(Date.now());
  gateway = await openGateway({
    config: { agents: { defaults: { model: modelRef, subagents: { workers: ['builder'] } } } },
    overrides: { clock },
  });
  ({ token } = await gateway.server.call('workers.token', { worker: 'builder' }));
});
beforeEach(() => {
  tests += 1;
  sessionKey = `s${tests}`;
});
afterAll(() => gateway[Symbol.asyncDispose]());

async function ask(method: string, params: object): Promise<unknown> {
  const response = await gateway.fetch(`/api/${method}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify(params),
  });
  const answer: unknown = await response.json();
  const failed = Failed.safeParse(answer);
  return failed.success ? failed.data.error.code : answer;
}

async function claim(key: string): Promise<Task | undefined> {
  const params = { worker: 'builder', idempotencyKey: `${sessionKey} ${key}`, leaseMs };
  return Claimed.parse(await ask('workers.claim', params)).task;
}

/** Asks for a task until there is one. */
function take(key: string): Promise<Task> {
  return vi.waitFor(async () => {
    const task = await claim(key);
    if (!task) throw new Error('There is no task yet.');
    return task;
  }, soon);
}

const soon = { timeout: 20_000, interval: 5 };

const report = ({ taskId, fence }: Task, seq: number, text?: string): Promise<unknown> =>
  ask('workers.report', { taskId, fence, seq, text });
const finish = ({ taskId, fence }: Task, seq: number, text: string): Promise<unknown> =>
  ask('workers.finish', { taskId, fence, seq, outcome: 'completed', text });

/** A run that gives tasks away and waits for them. */
async function give(tasks = 1): Promise<string> {
  const spawns = Array.from({ length: tasks }, (_, n) => {
    const task = { task: `build ${n}`, label: `b${n}`, worker: 'builder', wait: true };
    return `agent_spawn ${JSON.stringify(task)}`;
  });
  const message = `[[parallel=${spawns.join(',')}]]`;
  const asked = { sessionKey, message, idempotencyKey: sessionKey };
  return (await gateway.server.call('chat.send', asked)).runId;
}

const list = async () => (await gateway.server.call('subagents.list', { sessionKey })).subagents;

/** Lets time pass, second by second, until the sub-agent is in this state. */
const untilState = (state: string): Promise<void> =>
  vi.waitFor(async () => {
    await clock.advance(1_000);
    expect(await list()).toMatchObject([{ state }]);
  }, soon);

/** How many of the messages say this. */
async function countSaid(words: string): Promise<number> {
  const history = await gateway.server.call('chat.history', { sessionKey });
  const messages = history.entries.flatMap((entry) => entry.messages);
  return messages.filter(
    (message) => message.role === 'tool' && JSON.stringify(message).includes(words),
  ).length;
}

it('puts a task back into the queue when its lease runs out, and ends it with the third worker that is lost', async () => {
  const runId = await give();
  const fences = new Set<string>();
  for (const attempt of [1, 2, 3]) {
    const task = await take(`k${attempt}`);
    const startedAt = clock.now();
    expect(task.attempt).toBe(attempt);
    expect(await list()).toMatchObject([{ state: 'running' }]);
    await untilState(attempt === 3 ? 'failed' : 'queued');
    expect(clock.now() - startedAt).toBeGreaterThanOrEqual(leaseMs);
    fences.add(task.fence);
  }
  expect(await gateway.server.call('agent.wait', { runId })).toMatchObject({ status: 'completed' });
  expect(await list()).toMatchObject([{ state: 'failed', result: 'answered' }]);
  expect(fences.size).toBe(3);
  expect(await countSaid('one after the other and said nothing')).toBe(1);
  expect(await claim('k4')).toBeUndefined();
});

it('gives it to a worker that waits, when the lease runs out', async () => {
  const runId = await give();
  const first = await take('k1');
  const key = `${sessionKey} k2`;
  const waits = { worker: 'builder', idempotencyKey: key, leaseMs, waitMs: 60_000 };
  let answer: unknown;
  const waiting = ask('workers.claim', waits).then((said) => (answer = said));
  await clock.advance(leaseMs - 1);
  await vi.waitFor(async () => {
    await clock.advance(1);
    expect(answer).toBeDefined();
  }, soon);
  await waiting;
  const next = Claimed.required().parse(answer).task;
  expect(next).toMatchObject({ taskId: first.taskId, attempt: 2 });
  expect(await finish(next, 1, 'done')).toMatchObject({ ended: true });
  await gateway.server.call('agent.wait', { runId });
});

it('goes on with the leases of the rows after a restart, each in its whole length', async () => {
  const runId = await give();
  const task = await take('k1');
  await report(task, 1, 'one');
  clock.setNow(clock.now() + 10 * leaseMs);
  await gateway.restart();
  const backAt = clock.now();
  expect(await claim('k2')).toBeUndefined();
  expect(await list()).toMatchObject([{ state: 'running' }]);
  expect(await report(task, 2, 'two')).toEqual({ acked: 2, stopped: false });
  await untilState('queued');
  expect(clock.now() - backAt).toBeGreaterThanOrEqual(leaseMs);
  expect(await finish(task, 3, 'three')).toEqual({ acked: 3, stopped: false, ended: true });
  expect(await list()).toMatchObject([{ state: 'completed', reply: 'one\ntwo\nthree' }]);
  await gateway.server.call('agent.wait', { runId });
});

it('refuses what a worker reports after another one has its task', async () => {
  const runId = await give();
  const first = await take('k1');
  await report(first, 1, 'one');
  await untilState('queued');
  const second = await take('k2');
  expect(await report(first, 2, 'late')).toBe('subagent.lease-lost');
  expect(await finish(first, 2, 'late')).toBe('subagent.lease-lost');
  expect(await report(second, 1, 'anew')).toEqual({ acked: 1, stopped: false });
  expect(await finish(second, 2, 'done')).toMatchObject({ ended: true });
  expect(await finish(second, 2, 'done')).toMatchObject({ ended: true });
  await gateway.server.call('agent.wait', { runId });
  expect(await list()).toMatchObject([{ reply: 'anew\ndone', result: 'answered' }]);
  expect(await countSaid('anew')).toBe(1);
});

it('keeps two workers with one token apart', async () => {
  const runId = await give(2);
  const [one, two] = [await take('k1'), await take('k2')];
  expect(two.taskId).not.toBe(one.taskId);
  expect(await claim('k1')).toEqual(one);
  expect(await report({ ...two, fence: one.fence }, 1, 'stray')).toBe('subagent.lease-lost');
  expect(await finish({ ...one, fence: two.fence }, 1, 'stray')).toBe('subagent.lease-lost');
  expect(await report(one, 1, 'of one')).toEqual({ acked: 1, stopped: false });
  expect(await report(two, 1, 'of two')).toEqual({ acked: 1, stopped: false });
  await finish(two, 2, '2');
  await finish(one, 2, '1');
  await gateway.server.call('agent.wait', { runId });
  const replies = (await list()).map(({ id, reply }) => [id, reply] as const);
  expect(Object.fromEntries(replies)).toEqual({
    [one.taskId]: 'of one\n1',
    [two.taskId]: 'of two\n2',
  });
});

it('tells a worker with its next report that what asked for the task was stopped', async () => {
  await give();
  const task = await take('k1');
  expect(await report(task, 1, 'one')).toEqual({ acked: 1, stopped: false });
  await gateway.server.call('chat.abort', { sessionKey });
  expect(await report(task, 2, 'two')).toEqual({ acked: 1, stopped: true });
  expect(await finish(task, 2, 'two')).toEqual({ acked: 1, stopped: true, ended: true });
  expect(await list()).toMatchObject([{ state: 'aborted', reply: 'one', result: 'cancelled' }]);
  expect(await claim('k2')).toBeUndefined();
});
