import { z } from 'zod';
import { defineMethod } from './method.ts';
import { SessionKey } from './shapes.ts';

const chain = {
  checked: z.int(),
  unchained: z.int(),
  purged: z.int(),
  redacted: z.int(),
};
const findings = z.array(
  z.object({
    fault: z.enum([
      'changed',
      'swapped',
      'missing',
      'cut',
      'unsealed',
      'head',
      'rolled-back',
      'tombstone',
      'unknown-key',
    ]),
    seq: z.int(),
    uptoSeq: z.int(),
  }),
);

const retentionReport = z.object({
  /** Runs that have ended, each with what was said and done in it. */
  groups: z.int(),
  entries: z.int(),
  /** Characters of what was said, called and answered. */
  chars: z.int(),
  /** Rows of sums of usage. */
  usage: z.int(),
  /** Rows of the audit. */
  audit: z.int(),
});

/** Methods of records: that they are whole, how long they stay, and what is kept of one person. */
export const recordsMethods = [
  defineMethod({
    name: 'sessions.verify',
    summary:
      'Checks the chain of records of a session, or of all, and of the audit: each edit, gap, exchange and cut tail with its place.',
    scope: 'operator.admin',
    since: 1,
    params: () => z.looseObject({ sessionKey: SessionKey.optional() }),
    result: () =>
      z.object({
        whole: z.boolean(),
        sessionsChecked: z.int(),
        total: z.object(chain),
        /** The one that was asked for, else those with a fault, or with removed or unchained entries; at most 1,000. */
        sessions: z.array(
          z.object({
            sessionId: z.string(),
            /** Absent for a session that is gone without a record of its removal. */
            sessionKey: z.string().optional(),
            ...chain,
            findings,
          }),
        ),
        audit: z.object({ ...chain, findings }),
      }),
  }),
  defineMethod({
    name: 'retention.preview',
    summary: 'What would go by retention now; nothing is changed.',
    scope: 'operator.read',
    since: 1,
    params: () => z.looseObject({}),
    result: () => retentionReport,
  }),
  defineMethod({
    name: 'retention.apply',
    summary: 'Removes what would go by retention now, without waiting for the hour.',
    scope: 'operator.admin',
    since: 1,
    params: () => z.looseObject({}),
    result: () => retentionReport,
  }),
] as const;
