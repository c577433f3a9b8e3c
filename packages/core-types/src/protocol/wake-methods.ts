import { z } from 'zod';
import { defineMethod } from './method.ts';
import { SessionKey } from './shapes.ts';

/** What happened, for an agent to look at. */
export const wakeMethods = [
  defineMethod({
    name: 'wake',
    summary:
      'Tells a session what happened, as an event in its turn; no command is read in it. `now` alone: there are no heartbeats that could carry it.',
    scope: 'operator.write',
    since: 1,
    params: () =>
      z.looseObject({
        text: z.string().trim().min(1).max(100_000),
        mode: z.enum(['now', 'next-heartbeat']).default('now'),
        sessionKey: SessionKey.default('main'),
        idempotencyKey: z.string().min(1).max(200).optional(),
      }),
    result: () => z.object({ runId: z.string(), status: z.enum(['accepted', 'duplicate']) }),
  }),
] as const;
