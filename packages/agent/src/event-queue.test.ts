import { describe, expect, it } from 'vitest';
import { createEventQueue } from './event-queue.ts';
import { collect, failureOf, never } from './testing/play-run.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('createEventQueue', () => {
  it('gives in order what came before and after the reader began to wait', async () => {
    const queue = createEventQueue<string>();
    queue.push(() => 'a');
    queue.push(() => 'b');
    const reading = collect(queue);
    await turn();
    queue.push(() => 'c');
    queue.close();
    queue.push(() => 'too late to be waited for, read nevertheless');
    expect((await reading).slice(0, 3)).toEqual(['a', 'b', 'c']);
  });

  it('fails after what was pushed before the failure', async () => {
    const queue = createEventQueue<string>();
    queue.push(() => 'a');
    queue.close({ error: undefined });
    const seen: string[] = [];
    const read = async (): Promise<void> => {
      for await (const item of queue) seen.push(item);
    };
    await expect(read()).rejects.toBeUndefined();
    expect(seen).toEqual(['a']);
  });

  it('makes an item when its turn comes', async () => {
    const queue = createEventQueue<number>();
    let value = 1;
    queue.push(() => value);
    value = 2;
    queue.close();
    expect(await collect(queue)).toEqual([2]);
  });

  it('counts an item as taken when the reader came back', async () => {
    const queue = createEventQueue<string>();
    const log: string[] = [];
    const pushed = queue.pushTaken(() => 'a', never).then(() => log.push('taken'));
    const reader = queue[Symbol.asyncIterator]();
    await reader.next();
    await turn();
    log.push('in hand');
    const next = reader.next();
    await pushed;
    expect(log).toEqual(['in hand', 'taken']);
    queue.close();
    expect(await next).toEqual({ done: true, value: undefined });
  });

  it('never counts an item as taken by a reader who left', async () => {
    const queue = createEventQueue<string>();
    const stop = new AbortController();
    const pushed = queue.pushTaken(() => 'a', stop.signal);
    const failed = failureOf(pushed);
    const reader = queue[Symbol.asyncIterator]();
    await reader.next();
    await reader.return?.();
    stop.abort(new Error('stopped'));
    expect(await failed).toMatchObject({ message: 'stopped' });
    await expect(queue.pushTaken(() => 'b', stop.signal)).rejects.toThrow('stopped');
  });
});
