import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLocalTasks, type LocalTasks } from '../testing/local-tasks.ts';
import { createMemoryBuffer, type WorkerBuffer } from './worker-buffer.ts';
import { createWorker, type WorkerOptions } from './worker.ts';

let tasks: LocalTasks;
let buffer: WorkerBuffer;
let stop: AbortController;
let started: Promise<void>[];
beforeEach(() => {
  tasks = createLocalTasks();
  buffer = createMemoryBuffer();
  stop = new AbortController();
  started = [];
});
afterEach(async () => {
  stop.abort();
  await Promise.all(started);
});

const done: WorkerOptions['run'] = async () => 'done';
function start(
  run: WorkerOptions['run'],
  more: Partial<WorkerOptions> = {},
  signal = stop.signal,
): Promise<void> {
  const worker = createWorker({
    url: 'http://127.0.0.1:18800/#code=x',
    token: 'secret',
    name: 'builder',
    buffer,
    run,
    backoff: { firstMs: 1, maxMs: 2 },
    fetch: tasks.fetch,
    ...more,
  });
  const working = worker.start(signal);
  started.push(working.catch(() => {}));
  return working;
}
const ended = (id: string) => tasks.until(() => tasks.ends(id).length > 0);

describe('a worker', () => {
  it('works on one task after the other, and tells what it has done', async () => {
    tasks.add('a');
    tasks.add('b');
    const given: unknown[] = [];
    void start(async (task, report) => {
      given.push(task);
      await report.progress('half');
      await report.text('found it');
      return 'that is all';
    });
    await ended('a');
    await ended('b');
    expect(given).toMatchObject([
      { id: 'a', label: 'a', text: 'do a', attempt: 1 },
      { id: 'b', attempt: 1 },
    ]);
    expect(tasks.said('a')).toEqual(['found it', 'that is all']);
    expect(tasks.ends('a')).toEqual(['completed']);
    expect(tasks.asked.some(({ params }) => params['progress'] === 'half')).toBe(true);
  });

  it('says that it failed with what its function throws, and goes on', async () => {
    tasks.add('a');
    tasks.add('b');
    void start(async ({ id }) => {
      if (id === 'a') throw new Error('no disk');
      return 'done';
    });
    await ended('b');
    expect([tasks.said('a'), tasks.ends('a')]).toEqual([['no disk'], ['failed']]);
  });

  it('tells everything once over a network that loses requests and answers', async () => {
    tasks.add('a');
    let n = 0;
    const faults = ['lost', 'mute', undefined, 'mute', 'mute', 'lost', undefined] as const;
    tasks.faults = () => faults[(n += 1) % faults.length];
    const words = Array.from({ length: 30 }, (_none, at) => `word ${at}`);
    void start(async (_task, report) => {
      for (const word of words) await report.text(word);
      return 'last';
    });
    await ended('a');
    expect(tasks.said('a')).toEqual([...words, 'last']);
    expect(tasks.ends('a')).toEqual(['completed']);
  });

  it('works while no gateway answers, and tells it when one does', async () => {
    tasks.add('a');
    let isAway = false;
    tasks.faults = () => (isAway ? 'lost' : undefined);
    const { promise: worked, resolve } = Promise.withResolvers<void>();
    void start(async (_task, report) => {
      isAway = true;
      for (let at = 0; at < 200; at += 1) await report.text(`${at}`);
      resolve();
      return 'done';
    });
    await worked;
    expect(tasks.said('a')).toEqual([]);
    isAway = false;
    await ended('a');
    expect(tasks.said('a')).toHaveLength(201);
  });

  it('waits with more than a thousand reports that cannot be sent', async () => {
    tasks.add('a');
    let isAway = false;
    tasks.faults = () => (isAway ? 'lost' : undefined);
    let count = 0;
    const full = Promise.withResolvers<void>();
    void start(async (_task, report) => {
      isAway = true;
      for (; count < 1_200; count += 1) {
        await report.text('x');
        if (count === 999) full.resolve();
      }
      return 'done';
    });
    await full.promise;
    // The next ones stand still until the gateway takes some.
    for (let at = 0; at < 50; at += 1) await Promise.resolve();
    expect(count).toBeLessThanOrEqual(1_000);
    isAway = false;
    await ended('a');
    expect(tasks.said('a')).toHaveLength(1_201);
  });

  it('sends first what a life before had written down, and does none of it again', async () => {
    tasks.add('a');
    const first = new AbortController();
    let isAway = false;
    tasks.faults = () => (isAway ? 'lost' : undefined);
    const cut: WorkerBuffer = {
      ...buffer,
      async append(line) {
        await buffer.append(line);
        if (line.includes('"outcome"')) first.abort();
      },
    };
    const run: WorkerOptions['run'] = async (_task, report) => {
      isAway = true;
      await report.text('one');
      return 'two';
    };
    await start(run, { buffer: cut }, first.signal);
    isAway = false;
    const before = tasks.asked.length;
    void start(() => Promise.reject(new Error('It was done already.')));
    await ended('a');
    expect(tasks.asked[before]).toMatchObject({ method: 'workers.report', params: { seq: 1 } });
    expect(tasks.said('a')).toEqual(['one', 'two']);
    expect(tasks.ends('a')).toEqual(['completed']);
  });

  it('works again on a task that a life before had not ended', async () => {
    tasks.add('a');
    const first = new AbortController();
    const working = start(
      async (_task, report, signal) => {
        await report.text('half of it');
        await tasks.until(() => tasks.said('a').length > 0);
        first.abort();
        await Promise.reject(signal.reason as Error); // as one that heeds its signal does
        return '';
      },
      {},
      first.signal,
    );
    await working;
    const attempts: number[] = [];
    void start(async ({ attempt }) => {
      attempts.push(attempt);
      return 'all of it';
    });
    await ended('a');
    expect(tasks.said('a')).toEqual(['all of it']);
    expect(attempts).toEqual([2]);
  });

  it('is told of a stop, and takes the next task', async () => {
    tasks.add('a');
    const { promise: stopped, resolve } = Promise.withResolvers<void>();
    void start(
      async ({ id }, report, signal) => {
        if (id === 'b') return 'done';
        tasks.stop('a');
        tasks.add('b');
        await report.text('one more');
        await new Promise((end) => signal.addEventListener('abort', end));
        resolve();
        return 'unwanted';
      },
      { leaseMs: 1_000 },
    );
    await stopped;
    await ended('b');
    expect(tasks.said('a')).toEqual([]);
    expect(tasks.ends('a')).toEqual([]);
  });

  it('drops what it has of a task that another worker took', async () => {
    tasks.add('a');
    void start(
      async ({ id }, report, signal) => {
        if (id === 'b') return 'done';
        tasks.giveAway('a');
        tasks.add('b');
        await report.text('too late');
        await new Promise((end) => signal.addEventListener('abort', end));
        return 'unwanted';
      },
      { leaseMs: 1_000 },
    );
    await ended('b');
    expect(tasks.said('a')).toEqual([]);
  });

  it('shows that it lives where it has nothing to say', async () => {
    tasks.add('a');
    const { promise: quiet, resolve } = Promise.withResolvers<string>();
    void start(() => quiet, { leaseMs: 15 });
    await tasks.until(() => tasks.asked.filter(({ params }) => params['seq'] === 0).length > 1);
    resolve('done');
    await ended('a');
    expect(tasks.said('a')).toEqual(['done']);
  });

  it('asks again with the same key for a task whose claim was not answered', async () => {
    tasks.add('a');
    let isFirst = true;
    tasks.faults = (method) => {
      const fault = method === 'workers.claim' && isFirst ? 'mute' : undefined;
      isFirst = false;
      return fault;
    };
    void start(done);
    await ended('a');
    const keys = tasks.asked.flatMap(({ params }) => params['idempotencyKey'] ?? []);
    expect(keys[1]).toBe(keys[0]);
  });

  it('gives up where its token is refused, and keeps its reports', async () => {
    tasks.add('a');
    let isRefused = false;
    tasks.faults = () => (isRefused ? { status: 401, code: 'access.unauthenticated' } : undefined);
    const working = start(async (_task, report, signal) => {
      isRefused = true;
      await report.text('one');
      await new Promise((end) => signal.addEventListener('abort', end));
      return 'two';
    });
    await expect(working).rejects.toMatchObject({ code: 'access.unauthenticated' });
    expect((await buffer.read()).some((line) => line.includes('"one"'))).toBe(true);
  });

  it('tries again after answers that are none, and says so', async () => {
    tasks.add('a');
    const heard: string[] = [];
    let isFirst = true;
    const fetch: typeof globalThis.fetch = async (input, init) => {
      if (!isFirst) return tasks.fetch(input, init);
      isFirst = false;
      return new Response('<h1>Bad gateway</h1>', { status: 502 });
    };
    void start(done, { fetch, onRetry: ({ code }) => heard.push(code) });
    await ended('a');
    expect(heard).toEqual(['gateway.not-running']);
  });
});
