import { z } from 'zod';

const days = (what: string) => z.number().positive().optional().describe(what);

export const retentionSection = z.looseObject({
  sessions: z
    .looseObject({
      maxAgeDays: days(
        'Runs that ended longer ago go, with what was said and done in them. Not said: none.',
      ),
      maxBytes: z
        .int()
        .positive()
        .optional()
        .describe('Above this size of the database the oldest ended runs go. Not said: none.'),
      keepArchived: z.boolean().default(true).describe('Whether archived sessions stay whole.'),
    })
    .prefault({})
    .describe('Messages, answers and tool calls.'),
  usage: z
    .looseObject({ maxAgeDays: days('Sums of tokens and cost of older days go.') })
    .prefault({})
    .describe('What models cost.'),
  audit: z
    .looseObject({ maxAgeDays: days('Older rows go; the chain says that it was cut there.') })
    .prefault({})
    .describe('What was decided.'),
});
