import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endedBefore, type OffsetAt } from './reset-policy.ts';

/** The offset of a zone as the platform knows it. */
function clockOf(timeZone: string): OffsetAt {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    timeZoneName: 'longOffset',
  });
  return (instant) => {
    const name = format.formatToParts(instant).find(({ type }) => type === 'timeZoneName')?.value;
    const [, sign, hours = '0', minutes = '0'] = /GMT([+-])(\d+):?(\d+)?/.exec(name ?? '') ?? [];
    return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
  };
}

function daily(timeZone: string, atHour: number, now: string): string {
  const policy = { mode: 'daily', atHour, offsetAt: clockOf(timeZone) } as const;
  const before = endedBefore(policy, Date.parse(now));
  return new Date(before ?? Number.NaN).toISOString();
}

describe('endedBefore', () => {
  it('ends nothing by itself where resets are manual', () => {
    expect(endedBefore({ mode: 'manual' }, 1_000)).toBeUndefined();
  });

  it('ends what was silent for so long', () => {
    expect(endedBefore({ mode: 'idle', idleMs: 60_000 }, 100_000)).toBe(40_000);
  });

  it.each([
    // An ordinary day, before and after the hour, and on it.
    ['UTC', 4, '2026-11-21T03:59:59.999Z', '2026-11-20T04:00:00.000Z'],
    ['UTC', 4, '2026-11-21T04:00:00.000Z', '2026-11-21T04:00:00.000Z'],
    ['Asia/Kolkata', 4, '2026-11-21T00:00:00.000Z', '2026-11-20T22:30:00.000Z'],
    ['Pacific/Kiritimati', 0, '2026-11-21T09:59:00.000Z', '2026-11-20T10:00:00.000Z'],
    // Berlin, 2026-03-29: 02:00 becomes 03:00.
    ['Europe/Berlin', 4, '2026-03-29T01:30:00.000Z', '2026-03-28T03:00:00.000Z'],
    ['Europe/Berlin', 4, '2026-03-29T02:00:00.000Z', '2026-03-29T02:00:00.000Z'],
    // The hour that is left out counts when it would have come.
    ['Europe/Berlin', 2, '2026-03-29T00:59:59.000Z', '2026-03-28T01:00:00.000Z'],
    ['Europe/Berlin', 2, '2026-03-29T01:00:00.000Z', '2026-03-29T01:00:00.000Z'],
    ['Europe/Berlin', 2, '2026-03-29T20:00:00.000Z', '2026-03-29T01:00:00.000Z'],
    // Berlin, 2026-10-25: 03:00 becomes 02:00. The hour that comes twice counts the first time.
    ['Europe/Berlin', 2, '2026-10-25T00:00:00.000Z', '2026-10-25T00:00:00.000Z'],
    ['Europe/Berlin', 2, '2026-10-25T01:30:00.000Z', '2026-10-25T00:00:00.000Z'],
    ['Europe/Berlin', 3, '2026-10-25T01:30:00.000Z', '2026-10-24T01:00:00.000Z'],
    ['Europe/Berlin', 3, '2026-10-25T02:00:00.000Z', '2026-10-25T02:00:00.000Z'],
    ['America/New_York', 1, '2026-11-01T06:30:00.000Z', '2026-11-01T05:00:00.000Z'],
    // The clock goes back over midnight: Havana, 2026-11-01, 01:00 becomes 00:00.
    ['America/Havana', 0, '2026-11-01T05:30:00.000Z', '2026-11-01T04:00:00.000Z'],
    // Midnight is left out: Beirut, 2026-03-29.
    ['Asia/Beirut', 0, '2026-03-28T22:30:00.000Z', '2026-03-28T22:00:00.000Z'],
    // Half an hour of daylight saving: Lord Howe, 2026-04-05.
    ['Australia/Lord_Howe', 2, '2026-04-04T15:10:00.000Z', '2026-04-03T15:00:00.000Z'],
  ])('%s at %i, asked at %s: %s', (timeZone, atHour, now, before) => {
    expect(daily(timeZone, atHour, now)).toBe(before);
  });

  it('never lies ahead, never further back than two days, and never goes back', () => {
    const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/Havana', 'Australia/Lord_Howe');
    const instant = fc.integer({ min: 1_700_000_000, max: 1_900_000_000 });
    fc.assert(
      fc.property(
        zone,
        fc.integer({ min: 0, max: 23 }),
        instant,
        fc.integer({ min: 0, max: 90_000 }),
        (timeZone, atHour, at, later) => {
          const policy = { mode: 'daily', atHour, offsetAt: clockOf(timeZone) } as const;
          const first = endedBefore(policy, at * 1000) ?? Number.NaN;
          const second = endedBefore(policy, (at + later) * 1000) ?? Number.NaN;
          expect(first).toBeLessThanOrEqual(at * 1000);
          expect(at * 1000 - first).toBeLessThan(2 * 86_400_000);
          expect(second).toBeGreaterThanOrEqual(first);
        },
      ),
      { numRuns: 300 },
    );
  });
});
