import { expect, it } from 'vitest';
import { createRunHub } from './run-hub.ts';

it('knows whether anybody hears of a session', () => {
  const hub = createRunHub({ report: () => {} });
  expect(hub.hears('a')).toBe(false);
  const leave = hub.subscribe({ hears: (sessionKey) => sessionKey === 'a' });
  expect([hub.hears('a'), hub.hears('b')]).toEqual([true, false]);
  // One that does not say hears of all.
  const leaveAll = hub.subscribe({ run: () => {} });
  expect(hub.hears('b')).toBe(true);
  leave();
  leaveAll();
  expect(hub.hears('a')).toBe(false);
});
