import { expect, it } from 'vitest';
import { createOpener } from './opener.ts';

it('opens once for all who ask, and again where it could not', async () => {
  let tries = 0;
  const open = createOpener(async () => {
    tries += 1;
    if (tries === 1) throw new Error('EMFILE: too many open files');
    return { tries };
  });
  expect(tries).toBe(0);
  const [left, right] = await Promise.allSettled([open(), open()]);
  expect([left.status, right.status, tries]).toEqual(['rejected', 'rejected', 1]);
  const [first, second] = await Promise.all([open(), open()]);
  expect(first).toBe(second);
  expect(await open()).toEqual({ tries: 2 });
});
