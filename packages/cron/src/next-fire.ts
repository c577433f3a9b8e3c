import { type CronPattern, parseCronPattern } from './cron-pattern.ts';
import { createLocalClock, type LocalClock } from './local-time.ts';
import type { Schedule } from './schedule.ts';

/** The first instant of a schedule after `afterMs`, in Unix ms; undefined where there is none. Throws `schedule.invalid` for what was not parsed. */
export function nextFire(schedule: Schedule, afterMs: number): number | undefined {
  return createSeries(schedule)(afterMs);
}

/** The same, for who asks more than once: expression and time zone are read only here. */
export function createSeries(schedule: Schedule): (afterMs: number) => number | undefined {
  switch (schedule.kind) {
    case 'at':
      return (afterMs) => (schedule.atMs > afterMs ? schedule.atMs : undefined);
    case 'every': {
      const { everyMs, anchorMs } = schedule;
      return (afterMs) =>
        afterMs < anchorMs
          ? anchorMs
          : anchorMs + (Math.floor((afterMs - anchorMs) / everyMs) + 1) * everyMs;
    }
    case 'cron': {
      const pattern = parseCronPattern(schedule.expression);
      const clock = createLocalClock(schedule.timeZone);
      return (afterMs) => nextOnClock(pattern, clock, afterMs);
    }
  }
}

const dayMs = 24 * 3_600_000;
/** No clock has been put back by more. */
const mostBackMs = dayMs + 3_600_000;

/**
 * When clocks change, with named hours: a time that is skipped fires once, when the clock goes on; one that comes twice fires the first
 * time; a day that a place never had does not fire. With `*` in the hours every match that the clock shows fires, as time passes.
 */
function nextOnClock(
  { hasFixedHours, next }: CronPattern,
  clock: LocalClock,
  afterMs: number,
): number | undefined {
  // The clock shows `offset` ahead of UTC from here on, and matches after `local` count.
  let from = afterMs;
  let offset = clock.offsetAt(from);
  let local = from + offset;
  for (;;) {
    const match = next(local);
    if (match === undefined) return undefined;
    const instant = match - offset;
    const change = clock.findChange(from, instant);
    if (change === undefined) {
      if (!hasFixedHours || !isSecondTime(clock, match, instant)) return instant;
      from = instant;
      local = match;
    } else {
      const after = clock.offsetAt(change);
      if (hasFixedHours && isSkipped(match, { change, before: offset, after })) return change;
      from = change;
      offset = after;
      local = change + after - 1; // what the clock shows at the change itself counts
    }
  }
}

/** The clock jumps over this local time, within a day that the place has. */
function isSkipped(
  local: number,
  { change, before, after }: { change: number; before: number; after: number },
): boolean {
  const jump = after - before;
  return jump < dayMs && local >= change + before && local < change + after;
}

/** The clock, which was put back since, had shown this local time before. */
function isSecondTime(clock: LocalClock, local: number, instant: number): boolean {
  const change = clock.findChange(instant - mostBackMs, instant);
  if (change === undefined) return false;
  const first = local - clock.offsetAt(change - 1);
  return first < change && first < instant;
}
