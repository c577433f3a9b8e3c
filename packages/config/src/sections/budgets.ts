import { z } from 'zod';

const budget = z
  .looseObject({
    usdPerDay: z.number().nonnegative().describe('Dollars of one UTC day.'),
    action: z
      .enum(['stop', 'downgrade'])
      .default('stop')
      .describe('What happens to a model call without room: the run ends, or `model` is asked.'),
    model: z
      .string()
      .optional()
      .describe('`<provider>/<model>` that is asked instead, out of the same budget.'),
  })
  .refine(({ action, model }) => action === 'stop' || model !== undefined, {
    path: ['model'],
    error: 'say which model is asked instead',
  });

const each = (what: string) => z.record(z.string().min(1), budget).default({}).describe(what);

export const budgetsSection = z.looseObject({
  gateway: budget.optional().describe('All model calls together.'),
  agents: each('Agent → its own budget; `*` is each agent that is not named.'),
  persons: each('Person → their own budget; `*` is each person who is not named.'),
  answerTokens: z
    .int()
    .positive()
    .default(16_384)
    .describe(
      'While a budget applies an answer is at most so long: that much is set aside for it.',
    ),
});
