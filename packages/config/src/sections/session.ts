import { z } from 'zod';

const scope = z
  .enum(['per-sender', 'per-channel-peer', 'per-account-channel-peer', 'global'])
  .describe(
    'Which direct messages share a session; groups and threads always have their own. `per-sender` joins the accounts of a person in `persons`.',
  );

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

const resetKeys = {
  mode: z
    .enum(['manual', 'daily', 'idle'])
    .optional()
    .describe(
      'When a conversation ends by itself; `manual`: with /new only, which is the default.',
    ),
  atHour: z
    .int()
    .min(0)
    .max(23)
    .optional()
    .describe('`daily`: the hour from which a message begins a new conversation; 4 by default.'),
  timeZone: z
    .string()
    .refine(isTimeZone, 'must be a time zone of the IANA database, for example Europe/Paris')
    .optional()
    .describe('`daily`: whose hour; that of this machine by default.'),
  idleMinutes: z
    .int()
    .positive()
    .optional()
    .describe(
      '`idle`: the silence after which a message begins a new conversation; 60 by default.',
    ),
  notice: z.boolean().optional().describe('Whether the person is told; by default they are not.'),
};
const ownReset = z.looseObject(resetKeys).optional();
const reset = z.looseObject({
  ...resetKeys,
  dm: ownReset.describe('Over this, for direct messages.'),
  group: ownReset.describe('Over this, for groups.'),
  thread: ownReset.describe('Over this, for threads.'),
});

const ofChannel = z.looseObject({
  scope: scope.optional().describe('Over `session.scope`.'),
  reset: reset.optional().describe('Over `session.reset`.'),
});

export const sessionSection = z.looseObject({
  scope: scope.default('per-account-channel-peer').describe(scope.description ?? ''),
  reset: reset.prefault({}).describe('When a conversation ends by itself.'),
  channels: z
    .record(z.string(), ofChannel)
    .default({})
    .describe('Platform (or web, http, terminal) → what holds there.'),
});

/** A name can change hands on most platforms; an id does not. */
const identity = z
  .string()
  .regex(
    /^[\w-]{1,50}(\/[^:/\s]{1,100})?:[^@\s]\S{0,199}$/,
    'must be channel:id or channel/account:id, with the id that the platform itself gives (no @name)',
  );

export const personsSection = z
  .array(
    z.looseObject({
      name: z.string().trim().min(1).max(100).describe('What you call them.'),
      identities: z
        .array(identity)
        .default([])
        .describe('Their accounts: `telegram:42`, or `slack/work:U1` on that one of yours only.'),
    }),
  )
  .superRefine((persons, context) => {
    const seen = new Set<string>();
    const names = new Set<string>();
    for (const [index, { name, identities }] of persons.entries()) {
      if (names.has(name))
        context.addIssue({ code: 'custom', path: [index, 'name'], message: 'is there twice' });
      names.add(name);
      for (const [at, one] of identities.entries()) {
        const path = [index, 'identities', at];
        if (seen.has(one))
          context.addIssue({ code: 'custom', path, message: 'is one person’s only' });
        seen.add(one);
      }
    }
  });
