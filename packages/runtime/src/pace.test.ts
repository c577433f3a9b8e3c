import { manualClock } from '@cuttle/testkit';
import { expect, it } from 'vitest';
import { type Allowance, createPace } from './pace.ts';

const twoASecond: Allowance = { key: 'account:1', count: 2, windowMs: 1000 };

it('counts a call from its end, since nobody knows when in between the platform counts it', async () => {
  const clock = manualClock();
  const pace = createPace({ clock });
  const first = pace.take([twoASecond]);
  pace.take([twoASecond]).ended();
  await clock.advance(400);

  expect(pace.waitMs([twoASecond])).toBe(600);

  first.ended();
  await clock.advance(600);
  expect(pace.waitMs([twoASecond])).toBe(0);
  pace.take([twoASecond]).ended();
  expect(pace.waitMs([twoASecond])).toBe(400);
});

it('counts no call against what has no end, and holds to its pauses', async () => {
  const clock = manualClock();
  const pace = createPace({ clock });
  const free: Allowance = { ...twoASecond, count: Infinity, windowMs: 1 };
  pace.take([twoASecond]).ended();
  await clock.advance(100);
  for (let call = 0; call < 5; call += 1) pace.take([free]).ended();
  expect(pace.waitMs([twoASecond])).toBe(0);
  pace.take([twoASecond]).ended();
  expect([pace.waitMs([twoASecond]), pace.waitMs([free])]).toEqual([900, 0]);
  pace.block(free.key, clock.now() + 50);
  expect(pace.waitMs([free])).toBe(50);
});

it('keeps a call that takes longer than the window', async () => {
  const clock = manualClock();
  const pace = createPace({ clock });
  const slow = pace.take([twoASecond]);
  pace.take([twoASecond]);
  await clock.advance(5000);
  expect(pace.waitMs([twoASecond])).toBe(1000);
  slow.ended();
  await clock.advance(1000);
  expect(pace.waitMs([twoASecond])).toBe(0);
});

it('counts what an earlier life sent', async () => {
  const clock = manualClock();
  const pace = createPace({ clock });
  await clock.advance(50);
  pace.recall(twoASecond.key, [clock.now() - 300, clock.now() - 900]);

  expect(pace.waitMs([twoASecond])).toBe(100);
  await clock.advance(100);
  expect(pace.waitMs([twoASecond])).toBe(0);
});

it('lets nothing of a blocked key through, and everything of others', async () => {
  const clock = manualClock();
  const pace = createPace({ clock });
  pace.block(twoASecond.key, clock.now() + 7000);
  expect(pace.waitMs([twoASecond])).toBe(7000);
  expect(pace.waitMs([{ ...twoASecond, key: 'account:2' }])).toBe(0);
});
