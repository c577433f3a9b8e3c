import { describe, expect, it } from 'vitest';
import { systemClock } from './system-clock.ts';
import { never } from './testing/play-run.ts';

describe('systemClock', () => {
  it('sleeps, and does not go back', async () => {
    const before = systemClock.monotonic();
    await systemClock.sleep(1, never);
    expect(systemClock.monotonic()).toBeGreaterThan(before);
  });

  it('wakes at once when aborted', async () => {
    const stop = new AbortController();
    const sleeping = systemClock.sleep(60_000, stop.signal);
    stop.abort(new Error('up'));
    await expect(sleeping).rejects.toThrow('up');
    await expect(systemClock.sleep(60_000, stop.signal)).rejects.toThrow('up');
  });
});
