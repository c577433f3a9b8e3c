import { z } from 'zod';

export const storeSection = z.looseObject({
  url: z
    .string()
    .regex(/^(sqlite:|postgres(ql)?:\/\/)/, 'must begin with sqlite: or postgres://')
    .default('sqlite:data/cuttle.db')
    .describe('Where data is kept; a SQLite path is relative to the home.'),
});

export const limitsSection = z.looseObject({
  queuePerSession: z
    .int()
    .positive()
    .default(200)
    .describe('Messages waiting in one session; beyond it the answer is "busy".'),
  queueTotal: z.int().positive().default(10_000).describe('Messages waiting in all.'),
  concurrency: z.int().positive().default(64).describe('Runs at once.'),
  windowEntries: z
    .int()
    .min(10)
    .default(200)
    .describe('Transcript entries a model call sees at most.'),
});

export const deliverySection = z.looseObject({
  deadlineMs: z
    .int()
    .positive()
    .default(15_000)
    .describe('A platform call is given up after so long; its outcome is then unknown.'),
  marginMs: z.int().min(0).default(500).describe('Added to the deadline before recovery decides.'),
  ttlMs: z
    .int()
    .positive()
    .default(86_400_000)
    .describe('A reply that cannot be delivered for so long is given up.'),
  streamAfterMs: z
    .int()
    .min(0)
    .default(700)
    .describe('An answer that takes longer than this is shown while it grows.'),
});

export const approvalsSection = z.looseObject({
  ttlMs: z
    .int()
    .positive()
    .default(600_000)
    .describe('A question for an approval ends after so long.'),
});

export const pairingSection = z.looseObject({
  ttlMs: z.int().positive().default(3_600_000).describe('A pairing code works so long.'),
  tellOwner: z
    .boolean()
    .default(true)
    .describe(
      'Whether those under `owners` are told, where they write to an account in private, that a stranger asks to be let in; once of each.',
    ),
});

export const webSection = z.looseObject({
  enabled: z.boolean().default(true).describe('Whether the page is served.'),
});

export const logSection = z.looseObject({
  level: z
    .enum(['debug', 'info', 'warn', 'error'])
    .default('info')
    .describe('Least level that is logged.'),
  format: z
    .enum(['json', 'pretty'])
    .default('json')
    .describe('One JSON object a line, or lines for people.'),
});
