import { expect, it } from 'vitest';
import { createIds } from './ids.ts';

it('makes UUIDs of version 7 whose beginning is the time', () => {
  const newId = createIds({ now: () => 0x0123_4567_89ab, random: (bytes) => bytes.fill(0xff) });

  expect(newId()).toBe('01234567-89ab-7fff-bfff-ffffffffffff');
});
