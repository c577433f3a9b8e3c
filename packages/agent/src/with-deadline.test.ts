import { manualClock } from '@cuttle/testkit';
import { describe, expect, it } from 'vitest';
import { failureOf, never } from './testing/play-run.ts';
import { withDeadline } from './with-deadline.ts';

const forever = (): Promise<never> => new Promise(() => {});

describe('withDeadline', () => {
  it('gives what the work gives and leaves no timer', async () => {
    const clock = manualClock();
    expect(await withDeadline({ ms: 10, clock }, async () => 'done', never)).toBe('done');
    expect(clock.sleeping).toBe(0);
  });

  it('passes on a failure and leaves no timer', async () => {
    const clock = manualClock();
    const work = async (): Promise<never> => {
      throw new TypeError('broken');
    };
    await expect(withDeadline({ ms: 10, clock }, work, never)).rejects.toThrow('broken');
    expect(clock.sleeping).toBe(0);
  });

  it('ends work that ignores its signal', async () => {
    const clock = manualClock();
    const late = withDeadline({ ms: 10, clock }, forever, never);
    const failed = failureOf(late);
    await clock.advance(10);
    expect(await failed).toMatchObject({ code: 'tool.timeout' });
  });

  it('tells the work that its time is over', async () => {
    const clock = manualClock();
    let reason: unknown;
    const work = (signal: AbortSignal): Promise<never> =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reason = signal.reason;
          reject(signal.reason);
        });
      });
    const late = withDeadline({ ms: 10, clock }, work, never);
    const failed = failureOf(late);
    await clock.advance(10);
    expect(await failed).toMatchObject({ code: 'tool.timeout' });
    expect(reason).toMatchObject({ code: 'tool.timeout' });
  });

  it('stays an abort when aborted', async () => {
    const clock = manualClock();
    const stop = new AbortController();
    const aborted = withDeadline({ ms: 10, clock }, forever, stop.signal);
    const failed = failureOf(aborted);
    stop.abort(new Error('enough'));
    expect(await failed).toMatchObject({ message: 'enough' });
    expect(clock.sleeping).toBe(0);
  });

  it('begins nothing once aborted', async () => {
    let begun = false;
    const work = async (): Promise<void> => {
      begun = true;
    };
    const clock = manualClock();
    const signal = AbortSignal.abort(new Error('before'));
    await expect(withDeadline({ ms: 10, clock }, work, signal)).rejects.toThrow('before');
    expect(begun).toBe(false);
  });
});
