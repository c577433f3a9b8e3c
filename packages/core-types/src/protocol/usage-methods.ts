import { z } from 'zod';
import { defineMethod } from './method.ts';
import { BudgetReport, SessionKey, UsageReport, UsageTotalReport } from './shapes.ts';

/** What was used and what it cost. */
export const usageMethods = [
  defineMethod({
    name: 'usage.status',
    summary: 'Tokens and cost by day, agent and model, and what is left of each budget today.',
    scope: 'operator.read',
    since: 1,
    params: () =>
      z.looseObject({
        days: z.int().min(1).max(366).default(30),
        sessionKey: SessionKey.optional(),
      }),
    result: () => z.object({ rows: z.array(UsageReport), budgets: z.array(BudgetReport) }),
  }),
  defineMethod({
    name: 'usage.cost',
    summary:
      'Cost of the last days (UTC, today is one of them) summed by day, agent, model, session or person; the dearest first, days in order.',
    scope: 'operator.read',
    since: 1,
    params: () =>
      z.looseObject({
        days: z.int().min(1).max(366).default(30),
        by: z.enum(['day', 'agent', 'model', 'session', 'person']).default('model'),
      }),
    result: () =>
      z.object({
        by: z.string(),
        /** The first day. */
        since: z.iso.date(),
        rows: z.array(UsageTotalReport),
        /** Over all days, also those of rows that are left out. */
        calls: z.int(),
        cutCalls: z.int(),
        estimatedCalls: z.int(),
        costMicros: z.int(),
        unpricedCalls: z.int(),
      }),
  }),
] as const;
