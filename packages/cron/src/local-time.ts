import { CuttleError } from '@cuttle/core-types/errors';

/** The clock of a place. Local times are ms as if they were UTC. */
export interface LocalClock {
  /** What the clock shows ahead of UTC at an instant. */
  offsetAt(instantMs: number): number;
  /** The first instant in (from, to] from which the clock shows another offset. */
  findChange(fromMs: number, toMs: number): number | undefined;
}

/** No place changes its clock and back within so long. */
const strideMs = 20 * 86_400_000;

/** Throws `schedule.invalid` for a time zone that does not exist. */
export function createLocalClock(timeZone: string): LocalClock {
  const format = createFormat(timeZone);
  const offsetAt = (instantMs: number): number => {
    const whole = Math.floor(instantMs / 1000) * 1000;
    const parts = new Map(format.formatToParts(whole).map(({ type, value }) => [type, value]));
    const read = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type));
    const local = new Date(0);
    local.setUTCFullYear(read('year'), read('month') - 1, read('day'));
    local.setUTCHours(read('hour'), read('minute'), read('second'));
    return local.getTime() - whole;
  };
  return {
    offsetAt,
    findChange(fromMs, toMs) {
      const before = offsetAt(fromMs);
      let low = fromMs;
      let high = Math.min(toMs, low + strideMs);
      while (offsetAt(high) === before) {
        if (high >= toMs) return undefined;
        low = high;
        high = Math.min(toMs, low + strideMs);
      }
      while (high - low > 1) {
        const middle = low + Math.floor((high - low) / 2);
        if (offsetAt(middle) === before) low = middle;
        else high = middle;
      }
      return high;
    },
  };
}

function createFormat(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new CuttleError('schedule.invalid', `There is no time zone "${timeZone}".`, {
      hint: 'Name one as the IANA database does, for example Europe/Paris or UTC.',
      cause: error,
    });
  }
}
