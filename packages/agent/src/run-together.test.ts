import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runTogether } from './run-together.ts';

interface Job {
  readonly id: number;
  readonly alone: boolean;
  /** Turns of the event loop that it takes. */
  readonly turns: number;
}
const jobs = fc
  .array(fc.record({ alone: fc.boolean(), turns: fc.nat(3) }), { maxLength: 12 })
  .map((list): Job[] => list.map((job, id) => ({ id, ...job })));

describe('runTogether', () => {
  it('keeps the order of beginnings, the width, and one at a time of those that are alone', async () => {
    await fc.assert(
      fc.asyncProperty(jobs, fc.integer({ min: 1, max: 4 }), async (list, width) => {
        const running = new Set<Job>();
        const begun: Job[] = [];
        await runTogether(list, { width, isAlone: ({ alone }) => alone }, async (job) => {
          begun.push(job);
          running.add(job);
          expect(running.size).toBeLessThanOrEqual(width);
          expect([...running].filter(({ alone }) => alone).length).toBeLessThanOrEqual(1);
          for (let left = job.turns; left > 0; left -= 1) await Promise.resolve();
          running.delete(job);
        });
        expect(running.size).toBe(0);
        const inOrder = (alone: boolean): number[] =>
          begun.filter((job) => job.alone === alone).map(({ id }) => id);
        const asGiven = (alone: boolean): number[] =>
          list.filter((job) => job.alone === alone).map(({ id }) => id);
        expect(inOrder(true)).toEqual(asGiven(true));
        expect(inOrder(false)).toEqual(asGiven(false));
      }),
    );
  });

  it('begins at least one at a time', async () => {
    const begun: number[] = [];
    await runTogether([1, 2], { width: 0, isAlone: () => false }, async (item) => {
      begun.push(item);
    });
    expect(begun).toEqual([1, 2]);
  });

  it('rejects at once with the first failure and begins nothing more', async () => {
    const begun: number[] = [];
    const work = async (item: number): Promise<void> => {
      begun.push(item);
      if (item === 2) throw new Error('no');
      await new Promise(() => {});
    };
    await expect(runTogether([1, 2, 3], { width: 2, isAlone: () => false }, work)).rejects.toThrow(
      'no',
    );
    expect(begun).toEqual([1, 2]);
  });
});
