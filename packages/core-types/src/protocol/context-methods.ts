import { z } from 'zod';
import { SummaryFacts } from '../summary.ts';
import { defineMethod } from './method.ts';
import { SessionKey } from './shapes.ts';

/** A summary that stands, or stood, for the beginning of a transcript. */
const CompactionReport = z.object({
  /** The last entry that it stands for. */
  uptoSeq: z.int(),
  /** Counts the summaries that reached exactly so far. */
  revision: z.int(),
  text: z.string(),
  facts: SummaryFacts,
  /** `digest`: made without a model. */
  by: z.enum(['model', 'digest']),
  model: z.string().optional(),
  instructions: z.string().optional(),
  /** Entries that it stands for. */
  entries: z.int(),
  at: z.iso.datetime(),
  /** When it was taken back. */
  undoneAt: z.iso.datetime().optional(),
  /** Whether the next answer is given with it. */
  isCurrent: z.boolean(),
});

/** How a conversation is kept within a model's window. */
export const contextMethods = [
  defineMethod({
    name: 'sessions.compact',
    summary:
      'Summarises a session, but for its newest part, when its run place is free; the summary stands in for the rest in later answers. The transcript stays.',
    scope: 'operator.write',
    since: 1,
    params: () =>
      z.looseObject({
        sessionKey: SessionKey,
        /** What shall be kept. */
        instructions: z.string().trim().max(2_000).optional(),
        idempotencyKey: z.string().min(1).max(200).optional(),
      }),
    /** `agent.wait` tells its end. */
    result: () => z.object({ runId: z.string(), status: z.enum(['accepted', 'duplicate']) }),
  }),
  defineMethod({
    name: 'sessions.compactions',
    summary: 'The summaries of a session since its last reset, the furthest first.',
    scope: 'operator.read',
    since: 1,
    params: () =>
      z.looseObject({
        sessionKey: SessionKey,
        limit: z.int().min(1).max(500).default(50),
      }),
    result: () => z.object({ compactions: z.array(CompactionReport) }),
  }),
  defineMethod({
    name: 'sessions.restore',
    summary:
      'Takes back the summary that reaches to `summaryUpto` and those built upon it: later answers see the transcript as before it.',
    scope: 'operator.write',
    since: 1,
    params: () => z.looseObject({ sessionKey: SessionKey, summaryUpto: z.int().positive() }),
    result: () =>
      z.object({
        ok: z.literal(true),
        /** Summaries that were taken back. */
        count: z.int(),
        /** How far the summary reaches that is in force now. */
        summaryUpto: z.int().optional(),
      }),
  }),
] as const;
