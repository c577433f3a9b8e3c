import { z } from 'zod';
import { defineMethod } from './method.ts';

const who = {
  /** A person's id, or what the owner calls them. */
  personId: z.string().trim().min(1).max(300).optional(),
  /** One of their accounts: `channel:id`, or `channel/account:id`. */
  identity: z.string().trim().min(1).max(500).optional(),
};

/** Methods on all that is kept of one person. For the owner only. */
export const privacyMethods = [
  defineMethod({
    name: 'sessions.export_user',
    summary:
      'Where to fetch all that is kept of a person, as a tar archive of JSON lines and media, with the same token. For the owner only.',
    scope: 'operator.admin',
    since: 1,
    params: () => z.looseObject(who),
    result: () => z.object({ path: z.string(), fileName: z.string() }),
  }),
  defineMethod({
    name: 'sessions.purge_user',
    summary:
      'Takes away all that is kept of a person, named by personId or by an account; what stays and why is a warning. For the owner only; it cannot be brought back.',
    scope: 'operator.admin',
    since: 1,
    params: () => z.looseObject({ ...who, confirm: z.literal(true) }),
    result: () =>
      z.object({
        purgeId: z.string(),
        areas: z.array(z.object({ area: z.string(), count: z.int() })),
        warnings: z.array(z.string()),
      }),
  }),
] as const;
