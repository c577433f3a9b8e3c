import { CuttleError } from '@cuttle/core-types/errors';
import { z } from 'zod';
import { parseCronPattern } from './cron-pattern.ts';
import { createLocalClock, type LocalClock } from './local-time.ts';
import { nextFire } from './next-fire.ts';
import type { Schedule } from './schedule.ts';

/** What a person, a model or a file may write. */
export const ScheduleInput = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('at'),
    /** ISO 8601 with an offset (`2026-03-01T09:00Z`), or without one and with `timeZone`. */
    at: z.string().max(64),
    timeZone: z.string().max(64).optional(),
  }),
  z.strictObject({
    kind: z.literal('every'),
    everyMs: z.int(),
    /** ISO 8601 with an offset; default: one interval from now. */
    from: z.string().max(64).optional(),
  }),
  z.strictObject({
    kind: z.literal('cron'),
    expression: z.string(),
    timeZone: z.string().max(64).default('UTC'),
  }),
]);
export type ScheduleInput = z.input<typeof ScheduleInput>;

const leastEveryMs = 1000;
const mostEveryMs = 366 * 86_400_000;

/** A schedule that fires at least once after `nowMs`. Throws `schedule.invalid`, which says what is wrong and what to write instead. */
export function parseSchedule(input: unknown, nowMs: number): Schedule {
  const result = ScheduleInput.safeParse(input);
  if (!result.success)
    throw new CuttleError('schedule.invalid', z.prettifyError(result.error), {
      hint: 'Give kind at (with at), every (with everyMs) or cron (with expression and timeZone).',
      cause: result.error,
    });
  const schedule = toSchedule(result.data, nowMs);
  if (nextFire(schedule, nowMs) === undefined) throw neverFires(schedule);
  return schedule;
}

function toSchedule(input: z.output<typeof ScheduleInput>, nowMs: number): Schedule {
  switch (input.kind) {
    case 'at':
      return { kind: 'at', atMs: parseInstant(input.at, input.timeZone) };
    case 'every': {
      const { everyMs, from } = input;
      if (everyMs < leastEveryMs || everyMs > mostEveryMs)
        throw new CuttleError('schedule.invalid', `everyMs is ${everyMs}.`, {
          hint: `Choose ${leastEveryMs} (a second) to ${mostEveryMs} (366 days).`,
        });
      const anchorMs = from === undefined ? nowMs + everyMs : parseInstant(from, undefined);
      return { kind: 'every', everyMs, anchorMs };
    }
    case 'cron': {
      const { expression, timeZone } = input;
      parseCronPattern(expression);
      createLocalClock(timeZone);
      return { kind: 'cron', expression: expression.trim(), timeZone };
    }
  }
}

const isoTime =
  /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?\s*(Z|[+-]\d\d:?\d\d)?$/i;

/** `2026-03-01T09:00Z`, or a local time with its zone. One that the clock skips is when it goes on; one that comes twice, the first. */
function parseInstant(text: string, timeZone: string | undefined): number {
  const [whole, date, minutes, seconds = '00', fraction = '0', offset] =
    isoTime.exec(text.trim()) ?? [];
  const local = Date.parse(`${date}T${minutes}:${seconds}.${fraction.slice(0, 3).padEnd(3, '0')}Z`);
  // A day that does not exist (February 30) would roll over.
  if (whole === undefined || !new Date(local || 0).toISOString().startsWith(`${date}T${minutes}`))
    throw notATime(text);
  if (offset !== undefined) return local - offsetMs(offset);
  if (timeZone === undefined)
    throw new CuttleError('schedule.invalid', `"${text}" says no time zone.`, {
      hint: 'Add Z, an offset such as +02:00, or timeZone.',
    });
  return firstInstant(local, createLocalClock(timeZone));
}

function notATime(text: string): CuttleError {
  return new CuttleError('schedule.invalid', `"${text}" is not a time.`, {
    hint: 'Write ISO 8601: 2026-03-01T09:00Z.',
  });
}

function offsetMs(offset: string): number {
  if (offset.toUpperCase() === 'Z') return 0;
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(offset) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

function firstInstant(local: number, clock: LocalClock): number {
  const dayMs = 86_400_000;
  const before = local - clock.offsetAt(local - dayMs);
  const change = clock.findChange(local - dayMs, local + dayMs);
  if (change === undefined || before < change) return before;
  return Math.max(change, local - clock.offsetAt(change));
}

function neverFires(schedule: Schedule): CuttleError {
  if (schedule.kind === 'at')
    return new CuttleError(
      'schedule.invalid',
      `${new Date(schedule.atMs).toISOString()} has passed.`,
    );
  return new CuttleError('schedule.invalid', 'No such day ever comes, so it would never fire.', {
    hint: 'Check day of month and month: February has no 30th.',
  });
}
