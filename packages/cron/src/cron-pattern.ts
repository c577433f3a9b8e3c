import { CuttleError } from '@cuttle/core-types/errors';
import { Cron } from 'croner';

/** A cron expression, read: when it matches on a clock that never changes. */
export interface CronPattern {
  /** The first match after `localMs`, a wall-clock time as if it were UTC; undefined where there is none. */
  next(localMs: number): number | undefined;
  /** The hours are named. A fixed time is kept when clocks change; `*` and `*`/n go by what has passed. */
  readonly hasFixedHours: boolean;
}

const maxChars = 200;
/** A day that never comes is not sought for ever. */
const endOfSearch = '2200-01-01T00:00:00';
const hint =
  'Five fields, minute hour day-of-month month day-of-week, or six with seconds first: `0 9 * * 1-5` is every weekday at nine.';

/**
 * Reads five or six fields as Vixie cron does, with the names of days and months, `?` for `*`, `L`, `W` and `#` of Quartz, and
 * nicknames such as `@daily`. Where day of month and day of week are both given, either is enough. `5/10` is from 5 on every 10.
 * Throws `schedule.invalid` that says which part is wrong.
 */
export function parseCronPattern(expression: string): CronPattern {
  const text = expression.trim();
  if (text.length > maxChars)
    throw invalid(text.slice(0, 40), `longer than ${maxChars} characters`);
  const fields = text.split(/\s+/);
  refuseRepeated(text, fields);
  const cron = open(text, spellOut(fields));
  const hours = fields.at(-4) ?? nicknameHours(text);
  return {
    hasFixedHours: !/[*?]/.test(hours),
    next: (localMs) => cron.nextRun(new Date(localMs))?.getTime(),
  };
}

function invalid(expression: string, problem: string): CuttleError {
  return new CuttleError(
    'schedule.invalid',
    `"${expression}" is not a cron expression: ${problem}.`,
    { hint },
  );
}

function open(text: string, spelled: string): Cron {
  try {
    return new Cron(spelled, {
      paused: true,
      mode: '5-or-6-parts',
      timezone: 'UTC',
      stopAt: endOfSearch,
    });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw invalid(text, error.message.replace(/^Cron\w*: /, '').replace(/\.+$/, ''));
  }
}

/** An hourly nickname has no hours of its own. */
function nicknameHours(text: string): string {
  return text.toLowerCase() === '@hourly' ? '*' : '0';
}

/** What stands twice in a list is a slip of the pen. */
function refuseRepeated(text: string, fields: readonly string[]): void {
  for (const field of fields) {
    const entries = field.toLowerCase().split(',');
    const twice = entries.find((entry, at) => entries.indexOf(entry) !== at);
    if (twice !== undefined) throw invalid(text, `"${twice}" stands twice in "${field}"`);
  }
}

/** The highest value of each field, from the seconds on. */
const highest = [59, 59, 23, 31, 12, 7] as const;

/** croner refuses `5/10`, which every cron reads as `5-59/10`. */
function spellOut(fields: readonly string[]): string {
  const first = highest.length - fields.length;
  return fields
    .map((field, at) => {
      const last = highest[first + at];
      return last === undefined
        ? field
        : field.replace(/(?<=^|,)(\d+|[a-z]{3})(?=\/)/gi, `$1-${last}`);
    })
    .join(' ');
}
