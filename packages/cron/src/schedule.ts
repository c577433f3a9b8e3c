import { z } from 'zod';

/** The instants of a schedule, in Unix ms. `parseSchedule` checks what a schema of one field cannot. */
export const Schedule = z.discriminatedUnion('kind', [
  /** Once. */
  z.strictObject({ kind: z.literal('at'), atMs: z.int() }),
  /** At `anchorMs` and every so often after it. Durations know no time zone: a day is 24 hours. */
  z.strictObject({ kind: z.literal('every'), everyMs: z.int().positive(), anchorMs: z.int() }),
  /** By the clock on the wall of a place. */
  z.strictObject({ kind: z.literal('cron'), expression: z.string(), timeZone: z.string() }),
]);
export type Schedule = z.infer<typeof Schedule>;
