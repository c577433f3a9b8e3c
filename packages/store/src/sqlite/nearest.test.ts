import { describe, expect, it } from 'vitest';
import { createNearest } from './nearest.ts';

describe('the nearest', () => {
  it('are the highest of all that were put, whatever the order', () => {
    const scores = Array.from({ length: 500 }, (_, at) => (at * 7919) % 501);
    const nearest = createNearest(40);
    for (const [row, score] of scores.entries()) nearest.put(row, score);
    const all = scores.map((score, row) => ({ row, score }));
    const best = all.toSorted((one, other) => other.score - one.score).slice(0, 40);
    expect(nearest.list()).toEqual(best);
  });

  it('are as many as there are, the older of equal ones first, and never no number', () => {
    const nearest = createNearest(3);
    for (const row of [5, 2, 9]) nearest.put(row, 1);
    nearest.put(1, Number.NaN);
    nearest.put(7, 2);
    expect(nearest.list().map(({ row }) => row)[0]).toBe(7);
    expect(nearest.list()).toHaveLength(3);
    const none = createNearest(0);
    none.put(1, 1);
    expect(none.list()).toEqual([]);
  });
});
