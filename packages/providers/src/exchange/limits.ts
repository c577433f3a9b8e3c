import { z } from 'zod';

/** How long a service may take and how much it may say. */
export const ExchangeLimits = z.object({
  /** Silence, from the request on, after which the call ends with `provider.timeout`. */
  idleTimeoutMs: z.int().positive().default(120_000),
  /** The longest a whole answer may take. */
  totalTimeoutMs: z.int().positive().default(1_800_000),
  /** Bytes of one answer; more ends the call with `provider.malformed`. */
  maxAnswerBytes: z.int().positive().default(33_554_432),
});
/** Calls, or other items, of one answer: what is told apart by comparing each with all before it. No model makes a tenth of them. */
export const mostCalls = 2000;

export type ExchangeLimits = z.infer<typeof ExchangeLimits>;
