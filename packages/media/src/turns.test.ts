import { expect, it } from 'vitest';
import { createTurns } from './turns.ts';

it('lets in so many at a time, in order, and lets go who waits no longer', async () => {
  const takeTurn = createTurns(1);
  const never = new AbortController().signal;
  const leaving = new AbortController();
  const first = Promise.withResolvers<void>();
  const began: string[] = [];
  const begin = (name: string, signal = never, until = Promise.resolve()): Promise<string> =>
    takeTurn(async () => {
      began.push(name);
      await until;
      return name;
    }, signal);
  const one = begin('one', never, first.promise);
  const two = begin('two', leaving.signal);
  const three = begin('three');
  leaving.abort(new Error('enough'));
  await expect(two).rejects.toThrow('enough');
  expect(began).toEqual(['one']);
  first.resolve();
  expect(await Promise.all([one, three, begin('four')])).toEqual(['one', 'three', 'four']);
  expect(began).toEqual(['one', 'three', 'four']);
  await expect(begin('five', leaving.signal)).rejects.toThrow('enough');
});
