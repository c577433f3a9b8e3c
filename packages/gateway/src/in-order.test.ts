import { describe, expect, it } from 'vitest';
import { createInOrder } from './in-order.ts';

describe('work in order', () => {
  it('begins when the work asked for before it at the same place has ended', async () => {
    const inOrder = createInOrder();
    const said: string[] = [];
    const slow = Promise.withResolvers<void>();
    const first = inOrder('a', async () => {
      await slow.promise;
      said.push('first');
    });
    const second = inOrder('a', async () => said.push('second'));
    const elsewhere = inOrder('b', async () => said.push('elsewhere'));
    await elsewhere;
    slow.resolve();
    await Promise.all([first, second]);
    expect(said).toEqual(['elsewhere', 'first', 'second']);
  });

  it('goes on after work that failed, and tells only whoever asked for that', async () => {
    const inOrder = createInOrder();
    const failing = inOrder('a', () => Promise.reject(new Error('no')));
    const next = inOrder('a', async () => 'done');
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('done');
  });
});
