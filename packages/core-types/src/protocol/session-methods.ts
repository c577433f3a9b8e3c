import { z } from 'zod';
import { defineMethod } from './method.ts';
import { SessionKey, SessionSummary } from './shapes.ts';

const one = z.looseObject({ sessionKey: SessionKey });
const label = z.string().trim().min(1).max(100);
const account = z.string().trim().min(3).max(300);
const LinkReport = z.object({
  /** `telegram:42`, or `slack/work:U1` on that one of our accounts only. */
  account: z.string(),
  configured: z.boolean(),
  name: z.string().optional(),
});
const PersonReport = z.object({
  personId: z.string(),
  name: z.string(),
  accounts: z.array(LinkReport),
});

/** Methods of whole sessions and of the people in them. */
export const sessionMethods = [
  defineMethod({
    name: 'sessions.create',
    summary:
      'Makes a session before anything is said in it. One that is there already stays as it is.',
    scope: 'operator.write',
    since: 1,
    params: () =>
      z.looseObject({
        sessionKey: SessionKey.optional(),
        agentId: z.string().max(100).optional(),
        title: z.string().max(200).optional(),
        model: z.string().max(200).optional(),
      }),
    result: () => z.object({ created: z.boolean(), session: SessionSummary }),
  }),
  defineMethod({
    name: 'sessions.archive',
    summary:
      'Puts a session aside: it is listed apart and cannot be deleted or reset. A new message in it takes it out again.',
    scope: 'operator.write',
    since: 1,
    params: () => one,
    result: () => SessionSummary,
  }),
  defineMethod({
    name: 'sessions.unarchive',
    summary: 'Takes a session out of the archive.',
    scope: 'operator.write',
    since: 1,
    params: () => one,
    result: () => SessionSummary,
  }),
  defineMethod({
    name: 'sessions.delete',
    summary:
      'Takes a session and all that was said in it away, for good. Not while something runs, waits or is delivered in it, nor while it is archived or another one begins with it.',
    scope: 'operator.admin',
    since: 1,
    params: () => one.extend({ confirm: z.literal(true) }),
    result: () => z.object({ ok: z.literal(true) }),
  }),
  defineMethod({
    name: 'sessions.fork',
    summary:
      'A new session that begins with what was said in another one up to an entry (absent: all). Nothing is copied and no tool runs again; `atEntry` tells where it was cut, as no call is parted from its results.',
    scope: 'operator.write',
    since: 1,
    params: () =>
      one.extend({
        atEntry: z.int().positive().optional(),
        newKey: SessionKey.optional(),
        title: z.string().max(200).optional(),
      }),
    result: () => z.object({ session: SessionSummary, atEntry: z.int() }),
  }),
  defineMethod({
    name: 'sessions.rewind',
    summary:
      'Goes back to just behind an entry (0: the beginning): stops what runs, and leaves out what came later. Its rows stay.',
    scope: 'operator.write',
    since: 1,
    params: () => one.extend({ toEntry: z.int().min(0) }),
    result: () =>
      z.object({
        session: SessionSummary,
        toEntry: z.int(),
        abortedRunId: z.string().optional(),
      }),
  }),
  defineMethod({
    name: 'sessions.export',
    summary:
      'The present conversation as one text: JSON, which sessions.import takes, or Markdown for people.',
    scope: 'operator.read',
    since: 1,
    params: () => one.extend({ format: z.enum(['json', 'markdown']).default('json') }),
    result: () => z.object({ fileName: z.string(), text: z.string() }),
  }),
  defineMethod({
    name: 'sessions.import',
    summary:
      'A new session from an exported JSON. Its words are a stranger’s: they taint every run that reads them.',
    scope: 'operator.write',
    since: 1,
    params: () =>
      z.looseObject({
        text: z.string().max(8_000_000),
        sessionKey: SessionKey.optional(),
      }),
    result: () => z.object({ session: SessionSummary, mediaLeftOut: z.int() }),
  }),
  defineMethod({
    name: 'persons.list',
    summary: 'People whose accounts the owner joined.',
    scope: 'operator.read',
    since: 1,
    params: () =>
      z.looseObject({
        limit: z.int().min(1).max(500).default(100),
        after: label.optional(),
      }),
    result: () => z.object({ persons: z.array(PersonReport) }),
  }),
  defineMethod({
    name: 'persons.link',
    summary:
      'Says that an account (channel:id) is a person’s, who is made on first use. For the owner only; it lets nobody in.',
    scope: 'operator.admin',
    since: 1,
    params: () => z.looseObject({ name: label, account }),
    result: () => PersonReport,
  }),
  defineMethod({
    name: 'persons.unlink',
    summary: 'Takes that back: the account is again who it was before. For the owner only.',
    scope: 'operator.admin',
    since: 1,
    params: () => z.looseObject({ account }),
    result: () => z.object({ ok: z.boolean() }),
  }),
] as const;
