import { z } from 'zod';
import { defineMethod } from './method.ts';
import { ChannelReport } from './shapes.ts';

/** An account of a messenger, as the configuration names it. */
const place = {
  channel: z.string().trim().min(1).max(100),
  account: z.string().trim().min(1).max(200).default('main'),
};

/** The accounts of messengers: how they are, and those that a person links. */
export const channelMethods = [
  defineMethod({
    name: 'channels.status',
    summary: 'Messenger accounts and their connections.',
    scope: 'operator.read',
    since: 1,
    params: () => z.looseObject({}),
    result: () => z.object({ channels: z.array(ChannelReport) }),
  }),
  defineMethod({
    name: 'channels.probe',
    summary: 'Asks the platform of a messenger account now whether it answers.',
    scope: 'operator.write',
    since: 1,
    params: () => z.looseObject(place),
    result: () =>
      z.object({
        ok: z.boolean(),
        platformId: z.string().optional(),
        name: z.string().optional(),
        detail: z.string().optional(),
      }),
  }),
  defineMethod({
    name: 'channels.directory',
    summary:
      'People and groups that a messenger account knows: as its platform lists them, or, where it lists none, those that wrote.',
    scope: 'operator.read',
    since: 1,
    params: () =>
      z.looseObject({
        ...place,
        /** Words of a name, a handle or an id. */
        query: z.string().trim().max(200).default(''),
        kind: z.enum(['people', 'groups']).optional(),
        limit: z.int().min(1).max(500).default(50),
      }),
    result: () =>
      z.object({
        /** `seen`: the platform gave no list, at least of one kind. */
        source: z.enum(['platform', 'seen']),
        rows: z.array(
          z.object({
            id: z.string(),
            name: z.string(),
            handle: z.string().optional(),
            kind: z.enum(['people', 'groups']),
          }),
        ),
        /** There may be others. */
        more: z.boolean(),
      }),
  }),
  defineMethod({
    name: 'channels.login',
    summary:
      'Links an account by a QR code that is scanned on a phone; answers when there is something other than the code that was `seen`. Call it again until `linked`.',
    scope: 'operator.admin',
    since: 1,
    params: () =>
      z.looseObject({
        ...place,
        seen: z.string().max(2000).optional(),
        timeoutMs: z.int().min(0).max(60_000).default(20_000),
      }),
    result: () =>
      z.object({
        state: z.enum(['waiting', 'code', 'linked']),
        /** Text of the QR code. */
        code: z.string().optional(),
        expiresAt: z.iso.datetime().optional(),
        platformId: z.string().optional(),
        name: z.string().optional(),
      }),
  }),
  defineMethod({
    name: 'channels.logout',
    summary: 'Ends the link of an account, on the platform too where it can be reached.',
    scope: 'operator.admin',
    since: 1,
    params: () => z.looseObject(place),
    result: () => z.object({ ok: z.literal(true) }),
  }),
] as const;
