import { describe, expect, it } from 'vitest';
import { createSessionQueue, type TurnEnd } from './session-queue.ts';

/** A queue whose turns end when the test says so. */
function open(concurrency = 2) {
  const turns: { readonly sessionId: string; end(how?: TurnEnd): void }[] = [];
  const queue = createSessionQueue({
    concurrency: () => concurrency,
    work: (sessionId) =>
      new Promise((resolve) => turns.push({ sessionId, end: (how = 'last') => resolve(how) })),
  });
  const names = (): string[] => turns.map(({ sessionId }) => sessionId);
  return { queue, turns, names };
}
const soon = (): Promise<void> => new Promise(setImmediate);

describe('a queue of sessions', () => {
  it('works on so many at once, each once, in the order in which they were woken', async () => {
    const { queue, turns, names } = open();
    for (const id of ['a', 'b', 'a', 'c']) queue.wake(id);
    expect(names()).toEqual([]);
    queue.start();
    expect(names()).toEqual(['a', 'b']);
    expect([queue.running(), queue.waiting()]).toEqual([2, 1]);
    turns[0]?.end();
    await soon();
    expect(names()).toEqual(['a', 'b', 'c']);
  });

  it('gives a session that was woken in its turn another one, behind the others', async () => {
    const { queue, turns, names } = open(1);
    queue.start();
    for (const id of ['a', 'b', 'a']) queue.wake(id);
    turns[0]?.end();
    await soon();
    expect(names()).toEqual(['a', 'b']);
    turns[1]?.end();
    await soon();
    expect(names()).toEqual(['a', 'b', 'a']);
  });

  it('works on one suspect at a time, beside all others, until each had its turn', async () => {
    const { queue, turns, names } = open(3);
    queue.suspect(['a', 'b']);
    for (const id of ['a', 'b', 'c']) queue.wake(id);
    queue.start();
    expect(names()).toEqual(['a', 'c']);
    expect(queue.waiting()).toBe(1);
    expect(queue.beside(async () => undefined, 'needed')).toBe(false);
    turns[0]?.end('over');
    await soon();
    // Above suspicion now, like any other.
    expect(names()).toEqual(['a', 'c', 'b', 'a']);
    expect(queue.beside(async () => undefined, 'needed')).toBe(false);
    for (const { end } of turns) end();
    await soon();
    expect(queue.beside(async () => undefined, 'needed')).toBe(true);
  });

  it('still suspects what only waited in its turn', async () => {
    const { queue, turns, names } = open(3);
    queue.suspect(['a', 'b']);
    for (const id of ['a', 'b']) queue.wake(id);
    queue.start();
    for (const turn of [0, 1]) {
      turns[turn]?.end('waits');
      await soon();
    }
    expect(names()).toEqual(['a', 'b']);
    for (const id of ['b', 'a', 'c']) queue.wake(id);
    expect(names()).toEqual(['a', 'b', 'b', 'c']);
    turns[2]?.end();
    await soon();
    expect(names()).toEqual(['a', 'b', 'b', 'c', 'a']);
  });

  it('begins work beside it at once, where there is room', async () => {
    const { queue, turns, names } = open(1);
    const work = Promise.withResolvers<string | undefined>();
    expect(queue.beside(() => work.promise, 'needed')).toBe(false);
    queue.start();
    expect(queue.beside(() => work.promise, 'needed')).toBe(true);
    expect(queue.beside(() => work.promise, 'needed')).toBe(false);
    queue.wake('a');
    expect(names()).toEqual([]);
    work.resolve('b');
    await soon();
    expect(names()).toEqual(['a']);
    turns[0]?.end();
    await soon();
    expect(names()).toEqual(['a', 'b']);
  });

  it('waits at its end for what runs, in it and beside it, and begins nothing more', async () => {
    const { queue, turns, names } = open();
    const work = Promise.withResolvers<undefined>();
    queue.start();
    queue.wake('a');
    expect(queue.beside(() => work.promise, 'any')).toBe(true);
    queue.wake('b');
    let isStopped = false;
    const stopped = queue.stop().then(() => (isStopped = true));
    turns[0]?.end('over');
    await soon();
    expect(isStopped).toBe(false);
    expect(queue.beside(() => work.promise, 'any')).toBe(false);
    work.resolve(undefined);
    await stopped;
    expect(names()).toEqual(['a']);
  });
});
