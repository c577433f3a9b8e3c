import { ParseFailure } from './raw-entity.ts';

// r relative alone; t/T short or long time, d/D short or long date, w/W day of week.
const flags: Readonly<Record<string, number>> = { t: 2, T: 4, d: 8, D: 16, w: 32, W: 32 };

/** The format of a date entity as the server's bits. Throws `ParseFailure`. */
export function parseDateFormat(format: string): number {
  if (format === 'r' || format === 'R') return 1;
  let result = 0;
  for (const character of format) {
    const flag = flags[character];
    if (flag === undefined) throw new ParseFailure('Invalid date format used');
    result |= flag;
  }
  return result;
}

/** The bits as the Bot API's `date_time_format`. */
export function toDateFormat(bits: number): string {
  if (bits === 1) return 'r';
  return ['t', 'T', 'd', 'D', 'w'].filter((letter) => (bits & (flags[letter] ?? 0)) !== 0).join('');
}
