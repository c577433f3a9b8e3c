import { describe, expect, it } from 'vitest';
import { costText } from './cost-text.ts';
import { toDayBars } from './day-bars.ts';

const row = (key: string, costMicros: number, calls = 1, unpricedCalls = 0) => ({
  key,
  calls,
  cutCalls: 0,
  estimatedCalls: 0,
  costMicros,
  unpricedCalls,
  usage: { inputTokens: 1, outputTokens: 1 },
});

describe('toDayBars', () => {
  it('has a bar for each day, over the end of a month, as tall as its cost', () => {
    const bars = toDayBars('2026-02-27', 4, [row('2026-02-28', 500), row('2026-03-02', 1000)]);
    expect(bars.map(({ day, part }) => [day, part])).toEqual([
      ['2026-02-27', 0],
      ['2026-02-28', 0.5],
      ['2026-03-01', 0],
      ['2026-03-02', 1],
    ]);
  });

  it('is as tall as its calls where no cost is known', () => {
    const rows = [row('2026-03-01', 0, 4, 4), row('2026-03-02', 0, 1, 1)];
    expect(toDayBars('2026-03-01', 2, rows).map(({ part }) => part)).toEqual([1, 0.25]);
  });

  it('is flat where nothing was asked', () => {
    expect(toDayBars('2026-03-01', 1, [])).toEqual([
      { day: '2026-03-01', calls: 0, costMicros: 0, unpricedCalls: 0, part: 0 },
    ]);
  });
});

describe('costText', () => {
  it.each([
    [2, 1_500_000, 0, '$1.50'],
    [2, 0, 2, 'price unknown'],
    [3, 1_500_000, 1, '$1.50 and 1 call of unknown price'],
    [0, 0, 0, '$0.00'],
  ])('of %d calls: %d, %d without a price', (calls, costMicros, unpricedCalls, text) => {
    expect(costText({ calls, costMicros, unpricedCalls })).toBe(text);
  });
});
