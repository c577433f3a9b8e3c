import { CuttleError } from '@cuttle/core-types/errors';
import { type Clock, defineTool, type Tool } from '@cuttle/core-types/ports';
import { z } from 'zod';

/** Tells the time. `timeZone` is the owner's, for calls that name none; default UTC. */
export function createTimeTools(
  { clock }: { readonly clock: Pick<Clock, 'now'> },
  options: { readonly timeZone?: string } = {},
): readonly Tool[] {
  return [
    defineTool({
      name: 'current_time',
      description: 'Tells the current date, time and weekday, in UTC and in a time zone.',
      input: z.strictObject({
        timeZone: z
          .string()
          .max(64)
          .optional()
          .describe('An IANA name such as "Europe/Berlin"; absent: the owner\'s.'),
      }),
      effect: 'pure',
      risk: 'read',
      timeoutMs: 5000,
      async run({ timeZone = options.timeZone ?? 'UTC' }, _context, signal) {
        signal.throwIfAborted();
        const now = new Date(clock.now());
        return { text: `${now.toISOString()} (UTC)\n${toLocal(now, timeZone)}` };
      },
    }),
  ];
}

function toLocal(now: Date, timeZone: string): string {
  try {
    const format = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      dateStyle: 'full',
      timeStyle: 'long',
    });
    return `${format.format(now)} (${timeZone})`;
  } catch (error) {
    throw new CuttleError('tool.invalid-input', `There is no time zone "${timeZone}".`, {
      cause: error,
      hint: 'Use an IANA name such as Europe/Berlin or America/New_York.',
    });
  }
}
