import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextFire } from './next-fire.ts';
import { planMissed } from './plan-missed.ts';
import type { Schedule } from './schedule.ts';

const daily: Schedule = { kind: 'cron', expression: '0 9 * * *', timeZone: 'Europe/Paris' };
const at = (text: string): number => Date.parse(text);
const iso = (instants: readonly number[]): string[] =>
  instants.map((instant) => new Date(instant).toISOString());

/** The gateway stood still from the 27th to the 30th, when clocks went forward in between. */
const stop = { lastMs: at('2026-03-27T08:00Z'), nowMs: at('2026-03-30T12:00Z') };

describe('planMissed', () => {
  it('drops what was missed', () => {
    expect(planMissed(daily, stop, 'skip')).toEqual({
      fires: [],
      hasMore: false,
      next: at('2026-03-31T07:00Z'),
    });
  });

  it('fires the latest once for all', () => {
    const { fires, hasMore } = planMissed(daily, stop, 'once');
    expect(iso(fires)).toEqual(['2026-03-30T07:00:00.000Z']);
    expect(hasMore).toBe(false);
  });

  it('fires all in order', () => {
    expect(iso(planMissed(daily, stop, 'all').fires)).toEqual([
      '2026-03-28T08:00:00.000Z',
      '2026-03-29T07:00:00.000Z',
      '2026-03-30T07:00:00.000Z',
    ]);
  });

  it('counts an instant that is now, and not the one that fired last', () => {
    const exact = { lastMs: at('2026-03-27T08:00Z'), nowMs: at('2026-03-28T08:00Z') };
    expect(planMissed(daily, exact, 'all').fires).toEqual([exact.nowMs]);
    const none = { lastMs: exact.nowMs, nowMs: exact.nowMs };
    expect(planMissed(daily, none, 'all').fires).toEqual([]);
  });

  it('does not fire again what fired when the clock of the machine went back', () => {
    const back = { lastMs: at('2026-03-28T08:00Z'), nowMs: at('2026-03-27T08:00Z') };
    for (const policy of ['skip', 'once', 'all'] as const)
      expect(planMissed(daily, back, policy)).toEqual({
        fires: [],
        hasMore: false,
        next: at('2026-03-29T07:00Z'),
      });
  });

  it('takes many in portions, and finds the latest of very many at once', () => {
    const often: Schedule = { kind: 'every', everyMs: 1000, anchorMs: 0 };
    const year = { lastMs: 0, nowMs: 365 * 86_400_000 };
    const first = planMissed(often, year, 'all');
    expect(first.fires).toHaveLength(100);
    expect(first.hasMore).toBe(true);
    const second = planMissed(often, { ...year, lastMs: first.fires.at(-1) ?? 0 }, 'all');
    expect(second.fires[0]).toBe(101_000);
    expect(planMissed(often, year, 'once').fires).toEqual([year.nowMs]);
  });

  it('ends with a time that came once', () => {
    const once: Schedule = { kind: 'at', atMs: 5000 };
    const late = { lastMs: 0, nowMs: 9000 };
    expect(planMissed(once, late, 'once')).toEqual({
      fires: [5000],
      hasMore: false,
      next: undefined,
    });
    expect(planMissed(once, late, 'skip').next).toBeUndefined();
  });

  it('agrees with counting one by one', () => {
    const schedules: Schedule[] = [
      daily,
      { kind: 'cron', expression: '*/30 1-3 * * *', timeZone: 'America/New_York' },
      { kind: 'every', everyMs: 7_000_000, anchorMs: 123_456 },
    ];
    const start = fc.integer({ min: at('2026-01-01'), max: at('2026-12-01') });
    fc.assert(
      fc.property(
        fc.constantFrom(...schedules),
        start,
        fc.nat(20 * 86_400_000),
        (schedule, lastMs, passed) => {
          const nowMs = lastMs + passed;
          const due: number[] = [];
          for (
            let next = nextFire(schedule, lastMs);
            next !== undefined && next <= nowMs;
            next = nextFire(schedule, next)
          )
            due.push(next);
          const { fires, hasMore } = planMissed(schedule, { lastMs, nowMs }, 'all');
          expect(fires).toEqual(due.slice(0, 100));
          expect(hasMore).toBe(due.length > 100);
          expect(planMissed(schedule, { lastMs, nowMs }, 'once').fires).toEqual(due.slice(-1));
        },
      ),
      { numRuns: 40 },
    );
  });
});
