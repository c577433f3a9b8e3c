import { describe, expect, it } from 'vitest';
import { fixedClock, manualClock } from './clocks.ts';
import { sequentialIds } from './sequential-ids.ts';

const { signal } = new AbortController();
const start = Date.UTC(2026, 0, 1);

describe('fixedClock', () => {
  it('stands still, and sleeping takes no time', async () => {
    const clock = fixedClock(5);

    await clock.sleep(1e9, signal);

    expect([clock.now(), clock.monotonic()]).toEqual([5, 0]);
    await expect(clock.sleep(1, AbortSignal.abort('no'))).rejects.toBe('no');
  });
});

describe('manualClock', () => {
  it('wakes sleepers in order, each at its own time', async () => {
    const clock = manualClock();
    const woken: [string, number][] = [];
    const rest = async (name: string, ms: number): Promise<void> => {
      await clock.sleep(ms, signal);
      woken.push([name, clock.now() - start]);
    };
    const sleepers = [rest('late', 30), rest('early', 10), rest('never', 1000)];

    await clock.advance(50);

    expect(woken).toEqual([
      ['early', 10],
      ['late', 30],
    ]);
    expect([clock.now() - start, clock.monotonic(), clock.sleeping]).toEqual([50, 50, 1]);
    await clock.advance(950);
    await Promise.all(sleepers);
    expect(clock.sleeping).toBe(0);
  });

  it('wakes again who lies down again within the time', async () => {
    const clock = manualClock();
    const ticks: number[] = [];
    const stop = new AbortController();
    const loop = (async () => {
      for (;;) {
        await clock.sleep(10, stop.signal);
        ticks.push(clock.monotonic());
      }
    })().catch((error: unknown) => error);

    await clock.advance(35);
    stop.abort('done');

    expect(await loop).toBe('done');
    expect(ticks).toEqual([10, 20, 30]);
    expect(clock.sleeping).toBe(0);
  });

  it('rejects at once with the reason of an abort, also one of before', async () => {
    const clock = manualClock();
    const stop = new AbortController();
    const resting = clock.sleep(10, stop.signal);

    stop.abort('no');

    await expect(resting).rejects.toBe('no');
    await expect(clock.sleep(10, stop.signal)).rejects.toBe('no');
    expect(clock.sleeping).toBe(0);
  });

  it('moves the wall clock without waking anybody', async () => {
    const clock = manualClock();
    const resting = clock.sleep(10, signal);

    clock.setNow(start - 5000);

    expect([clock.now() - start, clock.monotonic(), clock.sleeping]).toEqual([-5000, 0, 1]);
    await clock.advance(10);
    await resting;
    expect(clock.now() - start).toBe(-4990);
  });

  it('tells when somebody sleeps', async () => {
    const clock = manualClock();
    const asleep = clock.untilSleeping(2, signal);

    const sleepers = [clock.sleep(1, signal), clock.sleep(2, signal)];

    await asleep;
    await clock.advance(2);
    await Promise.all(sleepers);
    await expect(clock.untilSleeping(1, AbortSignal.abort('no'))).rejects.toBe('no');
  });
});

describe('sequentialIds', () => {
  it('counts in the form of UUIDv7', () => {
    const newId = sequentialIds();
    const other = sequentialIds(1);

    expect([newId(), newId(), other()]).toEqual([
      '00000000-0000-7000-8000-000000000001',
      '00000000-0000-7000-8000-000000000002',
      '00000000-0000-7000-8000-000100000001',
    ]);
  });
});
