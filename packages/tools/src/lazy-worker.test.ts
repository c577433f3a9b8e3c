import { isCuttleError } from '@cuttle/core-types/errors';
import { afterEach, describe, expect, it } from 'vitest';
import { createLazyWorker, type LazyWorker, type LazyWorkerOptions } from './lazy-worker.ts';

/** A clock that moves when told to. */
function handClock() {
  const sleepers = new Set<{ readonly ms: number; wake(): void }>();
  return {
    pending: () => [...sleepers].map(({ ms }) => ms),
    wake(ms: number) {
      for (const sleeper of sleepers) if (sleeper.ms === ms) sleeper.wake();
    },
    clock: {
      sleep: (ms: number, signal: AbortSignal) =>
        new Promise<void>((resolve, reject) => {
          const sleeper = {
            ms,
            wake: () => {
              sleepers.delete(sleeper);
              resolve();
            },
          };
          sleepers.add(sleeper);
          signal.addEventListener('abort', () => {
            sleepers.delete(sleeper);
            reject(signal.reason as Error);
          });
        }),
    },
  };
}

/** Answers with its thread's number and how often it was asked; obeys a few words. */
const source = `
  const { parentPort, threadId } = require('node:worker_threads');
  let asked = 0;
  parentPort.on('message', ({ input }) => {
    asked += 1;
    if (input === 'hang') for (;;);
    if (input === 'die') process.exit(3);
    if (input === 'throw') setTimeout(() => { throw new Error('loose') });
    else if (input === 'hog') { const all = []; for (;;) all.push(new Array(1e6).fill(asked)); }
    else if (input === 'fail') parentPort.postMessage({ ok: false, message: 'no good' });
    else if (input === 'env') parentPort.postMessage({ ok: true, output: JSON.stringify(process.env) });
    else parentPort.postMessage({ ok: true, output: threadId + ' ' + asked + ' ' + input });
  });
`;
const url = new URL(
  `data:text/javascript,${encodeURIComponent(`import { createRequire } from 'node:module'; const require = createRequire('file:///'); ${source}`)}`,
);

const opened: LazyWorker<string>[] = [];
afterEach(async () => {
  for (const worker of opened.splice(0)) await worker[Symbol.asyncDispose]();
});
function open(over: Partial<LazyWorkerOptions> = {}) {
  const hand = handClock();
  const worker = createLazyWorker<string>({
    url,
    clock: hand.clock,
    timeoutMs: 5000,
    idleMs: 30_000,
    maxHeapMb: 32,
    ...over,
  });
  opened.push(worker);
  return {
    hand,
    ask: (input: string, signal = new AbortController().signal) => worker.ask(input, signal),
  };
}
async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(String, (error: unknown) => (isCuttleError(error) ? error.code : String(error)));
}
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

// Starting a thread takes a while on a busy machine.
describe('createLazyWorker', { timeout: 30_000 }, () => {
  it('keeps its thread between requests and does them in turn', async () => {
    const { ask } = open();
    const answers = await Promise.all(['a', 'b', 'c'].map((input) => ask(input)));
    const thread = answers[0]?.split(' ')[0];
    expect(answers).toEqual([`${thread} 1 a`, `${thread} 2 b`, `${thread} 3 c`]);
  });

  it('ends the thread when idle, and starts another when asked again', async () => {
    const { ask, hand } = open();
    const first = await ask('a');
    expect(hand.pending()).toEqual([30_000]);
    hand.wake(30_000);
    const second = await ask('b');
    expect(second).toMatch(/ 1 b$/);
    expect(second.split(' ')[0]).not.toBe(first.split(' ')[0]);
  });

  it('does not end a thread that is asked before it is idle', async () => {
    const { ask, hand } = open();
    await ask('a');
    await ask('b');
    expect(hand.pending()).toEqual([30_000]);
  });

  it('ends a thread that takes too long, and only that request', async () => {
    const { ask, hand } = open();
    const slow = codeOf(ask('hang'));
    const next = ask('a');
    await until(() => hand.pending().includes(5000));
    hand.wake(5000);
    expect(await slow).toBe('tool.timeout');
    expect(await next).toMatch(/ 1 a$/);
  });

  it('ends the thread of an aborted request', async () => {
    const { ask, hand } = open();
    const abort = new AbortController();
    const slow = codeOf(ask('hang', abort.signal));
    await until(() => hand.pending().includes(5000));
    abort.abort(new Error('enough'));
    expect(await slow).toBe('Error: enough');
    expect(await codeOf(ask('a', AbortSignal.abort(new Error('before'))))).toBe('Error: before');
    expect(await ask('b')).toMatch(/ 1 b$/);
  });

  it.each(['die', 'throw', 'hog'])('survives a thread that must %s', async (input) => {
    const { ask } = open();
    expect(await codeOf(ask(input))).toBe('tool.failed');
    expect(await ask('a')).toMatch(/ 1 a$/);
  });

  it('passes on what the thread says is wrong, and keeps the thread', async () => {
    const { ask } = open();
    await expect(ask('fail')).rejects.toThrow('no good');
    expect(await ask('a')).toMatch(/ 2 a$/);
  });

  it('tells the thread nothing of the environment', async () => {
    expect(await open().ask('env')).toBe('{}');
  });

  it('refuses more than it can queue', async () => {
    const { ask } = open();
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, at) => codeOf(ask(String(at)))),
    );
    expect(answers.filter((answer) => answer === 'tool.failed')).toHaveLength(8);
  });
});
