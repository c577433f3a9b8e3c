import { describe, expect, it } from 'vitest';
import { createPacer, type Frames } from './frames.ts';

/** Frames that come when the test says so, at the time it says. */
function manualFrames(): Frames & { run(at: number): Promise<void>; spend(ms: number): void } {
  let callbacks: (() => void)[] = [];
  let time = 0;
  return {
    next(callback) {
      callbacks.push(callback);
      return () => {
        callbacks = callbacks.filter((one) => one !== callback);
      };
    },
    now: () => time,
    spend(ms) {
      time += ms;
    },
    async run(at) {
      time = at;
      const due = callbacks;
      callbacks = [];
      for (const callback of due) callback();
      await Promise.resolve();
      await Promise.resolve();
    },
  };
}

describe('createPacer', () => {
  it('draws once a frame, however often it is asked', async () => {
    const frames = manualFrames();
    let draws = 0;
    const pacer = createPacer(frames, async () => void (draws += 1));
    pacer.ask();
    pacer.ask();
    await frames.run(16);
    await frames.run(32);
    expect(draws).toBe(1);
  });

  it('rests after a slow draw, and then draws what was asked for meanwhile', async () => {
    const frames = manualFrames();
    const times: number[] = [];
    const pacer = createPacer(frames, async () => {
      times.push(frames.now());
      frames.spend(50);
    });
    pacer.ask();
    await frames.run(100);
    pacer.ask();
    await frames.run(200);
    await frames.run(299);
    await frames.run(301);
    expect(times).toEqual([100, 301]);
  });

  it('goes on after a draw that failed', async () => {
    const frames = manualFrames();
    let draws = 0;
    const pacer = createPacer(frames, async () => {
      draws += 1;
      throw new Error('once');
    });
    pacer.ask();
    await frames.run(16);
    pacer.ask();
    await frames.run(32);
    expect(draws).toBe(2);
  });

  it('draws nothing once it is stopped', async () => {
    const frames = manualFrames();
    let draws = 0;
    const pacer = createPacer(frames, async () => void (draws += 1));
    pacer.ask();
    pacer.stop();
    await frames.run(16);
    expect(draws).toBe(0);
  });
});
