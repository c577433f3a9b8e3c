import { readFile } from 'node:fs/promises';
import { isCuttleError } from '@cuttle/core-types/errors';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseSchedule } from './parse-schedule.ts';

const file = new URL('fixtures/cron-invalid.json', import.meta.url);
const refused = z.array(z.string()).parse(JSON.parse(await readFile(file, 'utf8')));
const now = Date.UTC(2026, 0, 1);

/** What others refuse and we take, and why. */
const taken: Readonly<Record<string, string>> = {
  '* * * * * *': 'it was refused for the name of its job',
  '0 * * * *': 'it was refused by a mode that wants seconds',
  '* * * 5/2 * *': 'from the 5th on every second day: cron-parser, kelektiv and Vixie cron agree',
  '* * 12/6 * * *': 'as above',
  '* 0/10 * * * *': 'as above',
  '15/5 * * * * *': 'as above',
  '30/30 * * * * *': 'as above',
  '5/5 * * * * *': 'as above',
};

function failureOf(input: unknown): { message: string; hint: string } {
  try {
    parseSchedule(input, now);
  } catch (error) {
    if (isCuttleError(error, 'schedule.invalid')) return error;
    throw error;
  }
  throw new Error(`It was taken: ${JSON.stringify(input)}`);
}

describe('parseSchedule of a cron expression', () => {
  it.each(refused.filter((expression) => !(expression in taken)))('refuses "%s"', (expression) => {
    const { message, hint } = failureOf({ kind: 'cron', expression });
    expect(`${message}${hint}`.length).toBeGreaterThan(20);
  });

  it.each(Object.keys(taken))('takes "%s"', (expression) => {
    expect(parseSchedule({ kind: 'cron', expression }, now)).toEqual({
      kind: 'cron',
      expression,
      timeZone: 'UTC',
    });
  });

  it.each([
    ['61 * * * *', '"61 * * * *" is not a cron expression: Invalid value for minute: 61.'],
    ['every day', '"every day" is not a cron expression: '],
    ['0 0,0 * * *', '"0" stands twice in "0,0"'],
    ['0 0 30 2 *', 'No such day ever comes'],
    [`${'1,'.repeat(5000)}2 * * * *`, 'longer than 200 characters'],
    ['', 'is not a cron expression'],
  ])('says what is wrong with "%s"', (expression, told) => {
    expect(failureOf({ kind: 'cron', expression }).message).toContain(told);
  });

  it('says which time zone does not exist', () => {
    const failure = failureOf({ kind: 'cron', expression: '0 9 * * *', timeZone: 'Mars/Base' });
    expect(failure.message).toBe('There is no time zone "Mars/Base".');
    expect(failure.hint).toContain('Europe/Paris');
  });

  it('takes nicknames and names', () => {
    for (const expression of ['@daily', '@hourly', '0 9 * jan-mar mon,wed,fri'])
      expect(parseSchedule({ kind: 'cron', expression }, now)).toMatchObject({ expression });
  });
});

describe('parseSchedule of a time', () => {
  it.each([
    ['2026-03-01T09:00Z', undefined, '2026-03-01T09:00:00.000Z'],
    ['2026-03-01 09:00:30.5+02:00', undefined, '2026-03-01T07:00:30.500Z'],
    ['2026-03-01T09:00:00-0330', undefined, '2026-03-01T12:30:00.000Z'],
    ['2026-03-01T09:00', 'Europe/Paris', '2026-03-01T08:00:00.000Z'],
    ['2026-07-01T09:00', 'Europe/Paris', '2026-07-01T07:00:00.000Z'],
    ['2026-03-29T02:30', 'Europe/Paris', '2026-03-29T01:00:00.000Z'],
    ['2026-10-25T02:30', 'Europe/Paris', '2026-10-25T00:30:00.000Z'],
    ['2026-10-25T03:30', 'Europe/Paris', '2026-10-25T02:30:00.000Z'],
    ['2026-03-29T03:30', 'Europe/Paris', '2026-03-29T01:30:00.000Z'],
  ])('reads %s in %s', (at, timeZone, expected) => {
    const schedule = parseSchedule({ kind: 'at', at, ...(timeZone && { timeZone }) }, now);
    expect(schedule).toEqual({ kind: 'at', atMs: Date.parse(expected) });
  });

  it.each([
    ['2026-02-30T09:00Z', 'is not a time'],
    ['tomorrow', 'is not a time'],
    ['2026-03-01T25:00Z', 'is not a time'],
    ['2026-03-01T09:00', 'says no time zone'],
    ['2025-12-31T23:59:59Z', '2025-12-31T23:59:59.000Z has passed.'],
  ])('refuses %s', (at, told) => {
    expect(failureOf({ kind: 'at', at }).message).toContain(told);
  });
});

describe('parseSchedule of an interval', () => {
  it('begins one interval from now, or where it is told', () => {
    expect(parseSchedule({ kind: 'every', everyMs: 60_000 }, now)).toEqual({
      kind: 'every',
      everyMs: 60_000,
      anchorMs: now + 60_000,
    });
    expect(
      parseSchedule({ kind: 'every', everyMs: 60_000, from: '2026-01-01T00:00:30Z' }, now),
    ).toMatchObject({ anchorMs: now + 30_000 });
  });

  it.each([0, -5, 999, 1.5, 1e15])('refuses %s ms', (everyMs) => {
    expect(failureOf({ kind: 'every', everyMs }).message).not.toBe('');
  });
});

describe('parseSchedule', () => {
  it.each([
    undefined,
    null,
    'daily',
    { kind: 'never' },
    { kind: 'at' },
    { kind: 'cron', expression: 5 },
  ])('refuses %j', (input) => {
    expect(failureOf(input).hint).toContain('Give kind at');
  });
});
