import { readFile } from 'node:fs/promises';
import { Cron } from 'croner';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { nextFire } from './next-fire.ts';
import type { Schedule } from './schedule.ts';

const Case = z.object({
  id: z.string(),
  expr: z.string(),
  tz: z.string(),
  from: z.string(),
  expected: z.array(z.string()),
  class: z.enum(['agreed', 'majority']),
});
const file = new URL('fixtures/cron-next.json', import.meta.url);
const cases = z.array(Case).parse(JSON.parse(await readFile(file, 'utf8')));

/** The next instants after a time, as ISO 8601. */
function list(schedule: Schedule, from: string, count: number): string[] {
  const instants: string[] = [];
  let after = Date.parse(from);
  for (let left = count; left > 0; left -= 1) {
    const next = nextFire(schedule, after);
    if (next === undefined) break;
    instants.push(new Date(next).toISOString());
    after = next;
  }
  return instants;
}
const cron = (expression: string, timeZone: string): Schedule => ({
  kind: 'cron',
  expression,
  timeZone,
});

describe('nextFire of a cron expression', () => {
  it.each(cases)('$id: $expr in $tz, as other libraries agree', ({ expr, tz, from, expected }) => {
    expect(list(cron(expr, tz), from, Math.max(1, expected.length))).toEqual(expected);
  });

  it.each([
    [
      'a named time that is skipped fires when the clock goes on',
      '30 2 * * *',
      'America/New_York',
      '2026-03-07T12:00Z',
      ['2026-03-08T07:00:00.000Z', '2026-03-09T06:30:00.000Z'],
    ],
    [
      'several skipped ones fire once',
      '*/20 2 * * *',
      'America/New_York',
      '2026-03-08T06:00Z',
      ['2026-03-08T07:00:00.000Z', '2026-03-09T06:00:00.000Z'],
    ],
    [
      'a skipped one and the one at the change are one',
      '0 2,3 * * *',
      'America/New_York',
      '2026-03-08T06:00Z',
      ['2026-03-08T07:00:00.000Z', '2026-03-09T06:00:00.000Z'],
    ],
    [
      'with any hour, skipped ones do not fire',
      '30 * * * *',
      'America/New_York',
      '2026-03-08T06:00Z',
      ['2026-03-08T06:30:00.000Z', '2026-03-08T07:30:00.000Z'],
    ],
    [
      'a named time that comes twice fires the first time',
      '30 1 * * *',
      'America/New_York',
      '2026-11-01T04:00Z',
      ['2026-11-01T05:30:00.000Z', '2026-11-02T06:30:00.000Z'],
    ],
    [
      'also when asked between the two',
      '30 1 * * *',
      'America/New_York',
      '2026-11-01T05:45Z',
      ['2026-11-02T06:30:00.000Z'],
    ],
    [
      'with any hour, both times fire',
      '30 * * * *',
      'America/New_York',
      '2026-11-01T05:00Z',
      ['2026-11-01T05:30:00.000Z', '2026-11-01T06:30:00.000Z'],
    ],
    [
      'half an hour put back',
      '45 1 * * *',
      'Australia/Lord_Howe',
      '2026-04-04T12:00Z',
      ['2026-04-04T14:45:00.000Z', '2026-04-05T15:15:00.000Z'],
    ],
    [
      'a day that a place never had does not fire',
      '0 12 * * *',
      'Pacific/Apia',
      '2011-12-29T00:00Z',
      ['2011-12-29T22:00:00.000Z', '2011-12-30T22:00:00.000Z'],
    ],
  ])('%s', (_what, expression, timeZone, from, expected) => {
    expect(list(cron(expression, timeZone), from, expected.length)).toEqual(expected);
  });

  const expressions = [
    '*/7 * * * *',
    '0 */5 * * *',
    '15 3 * * 1-5',
    '0 0 1 * *',
    '*/30 22,23,0,1,2 * * *',
    '59 23 L * *',
  ];
  const zones = [
    'UTC',
    'Europe/Athens',
    'America/New_York',
    'Australia/Lord_Howe',
    'America/St_Johns',
    'Africa/Casablanca',
  ];
  const anyTime = fc.integer({ min: Date.UTC(2015, 0), max: Date.UTC(2030, 0) });

  it('is later than asked, and nothing lies between', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...expressions),
        fc.constantFrom(...zones),
        anyTime,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (expression, zone, after, part) => {
          const schedule = cron(expression, zone);
          const next = nextFire(schedule, after) ?? 0;
          expect(next).toBeGreaterThan(after);
          const between = after + Math.floor((next - 1 - after) * part);
          expect(nextFire(schedule, between)).toBe(next);
        },
      ),
    );
  });

  it('is what croner says where the clock never changes', () => {
    fc.assert(
      fc.property(fc.constantFrom(...expressions), anyTime, (expression, after) => {
        const theirs = new Cron(expression, { timezone: 'UTC', paused: true }).nextRun(
          new Date(after),
        );
        expect(nextFire(cron(expression, 'UTC'), after)).toBe(theirs?.getTime());
      }),
    );
  });
});

describe('nextFire of other schedules', () => {
  it('fires once', () => {
    const schedule: Schedule = { kind: 'at', atMs: 1000 };
    expect(nextFire(schedule, 999)).toBe(1000);
    expect(nextFire(schedule, 1000)).toBeUndefined();
  });

  it('fires at its anchor and at every interval after it', () => {
    const schedule: Schedule = { kind: 'every', everyMs: 100, anchorMs: 1050 };
    expect([0, 1049, 1050, 1051, 1150, 99_999].map((after) => nextFire(schedule, after))).toEqual([
      1050, 1050, 1150, 1150, 1250, 100_050,
    ]);
  });

  it('never drifts', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e9 }),
        fc.nat(1e12),
        fc.nat(1e13),
        (everyMs, anchorMs, after) => {
          const next = nextFire({ kind: 'every', everyMs, anchorMs }, after) ?? 0;
          expect(next).toBeGreaterThan(after);
          expect(next - everyMs <= after || next === anchorMs).toBe(true);
          expect((next - anchorMs) % everyMs).toBe(0);
        },
      ),
    );
  });
});
