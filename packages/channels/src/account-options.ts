import { QueueMode } from '@cuttle/core-types';
import { z } from 'zod';

/** What the owner decides for one account, on every platform alike. Enforced by the runtime, never by a channel. */
export const AccountOptions = z.object({
  enabled: z.boolean().default(true).describe('Whether this account is started.'),
  agent: z.string().optional().describe('Id of the agent that answers here; the first without it.'),
  dmPolicy: z
    .enum(['pairing', 'allowlist', 'open', 'disabled'])
    .default('pairing')
    .describe('Who may write in private: after pairing, listed people, anyone, nobody.'),
  groupPolicy: z
    .enum(['mention', 'open', 'allowlist', 'disabled'])
    .default('mention')
    .describe('Who may speak in groups: whoever names the bot, anyone, listed people, nobody.'),
  allowedUsers: z
    .array(z.union([z.string(), z.number()]).transform(String))
    .default([])
    .describe('Platform ids or @names that need no pairing.'),
  owners: z
    .array(z.union([z.string(), z.number()]).transform(String))
    .default([])
    .describe(
      'Platform ids of the owner, who may use every command and approve. Names can change hands and are not taken here.',
    ),
  bots: z
    .enum(['off', 'mention', 'all'])
    .default('off')
    .describe(
      'Which messages of other bots are taken: of bots in `allowedUsers` alone, also those that address us, all that a person might send.',
    ),
  botTurns: z
    .int()
    .min(0)
    .max(1000)
    .default(5)
    .describe(
      'Messages of bots that are taken in one chat until a person speaks there; then bots are not answered.',
    ),
  hint: z
    .string()
    .optional()
    .describe('What the agent is told of this account, as a part of its prompt.'),
  identity: z
    .object({
      name: z.string().min(1).max(100).optional().describe('What the agent calls itself here.'),
      emoji: z.string().min(1).max(20).optional().describe('Its sign here.'),
      avatar: z.string().max(2000).optional().describe('Address of its image here.'),
    })
    .prefault({})
    .describe('How the agent appears here, over its own identity.'),
  queueMode: QueueMode.optional().describe(
    'What becomes of messages during an answer: steer, followup, collect, interrupt; over what the agent says. `/queue` in a session is over both.',
  ),
  limits: z
    .object({
      perSecond: z.int().min(1).max(10_000).optional().describe('Calls a second of this account.'),
      perMinuteInGroup: z
        .int()
        .min(1)
        .max(10_000)
        .optional()
        .describe('Calls a minute in a group.'),
      perConversation: z
        .object({
          count: z.int().min(1).max(10_000),
          windowMs: z
            .int()
            .min(1)
            .max(300_000)
            .describe('Any so many ms hold at most `count` calls.'),
        })
        .optional()
        .describe('Calls into one conversation.'),
    })
    .prefault({})
    .describe('What the platform grants this account, where that is not the usual.'),
  greetings: z
    .object({
      added: z
        .string()
        .max(2000)
        .default('')
        .describe('Said in a group that the account is added to; empty: nothing.'),
      joined: z
        .string()
        .max(2000)
        .default('')
        .describe(
          'Said in a group when people come into it, at most once a minute; `{name}` is who. Empty: nothing.',
        ),
    })
    .prefault({})
    .describe('What is said when somebody comes into a group that may be spoken in.'),
  ackReaction: z
    .string()
    .max(100)
    .default('')
    .describe('An emoji set on a message that was taken, until it is answered; empty: none.'),
  ackReactionScope: z
    .enum(['all', 'direct', 'group-all', 'group-mentions'])
    .default('all')
    .describe(
      'Which messages get it: all, private ones, those of groups, those that name the bot.',
    ),
  statusReactions: z
    .object({
      done: z
        .string()
        .max(100)
        .default('')
        .describe('What it becomes when the message is answered; empty: it is taken back.'),
      failed: z
        .string()
        .max(100)
        .default('')
        .describe('What it becomes when the answer fails; empty: it is taken back.'),
    })
    .prefault({})
    .describe('What becomes of `ackReaction`.'),
  reactionNotifications: z
    .enum(['off', 'own'])
    .default('off')
    .describe(
      'Whether reactions of people to what the account said come as messages: not at all, or from whoever may write.',
    ),
  confirmActions: z
    .boolean()
    .default(false)
    .describe(
      'Whether `[[label|data]]` in an answer is a button: pressed, it says its data in the name of whoever pressed it.',
    ),
  quoteReplies: z
    .enum(['off', 'group', 'all'])
    .default('group')
    .describe(
      'Where an answer quotes the message that it answers: nowhere, in groups, everywhere.',
    ),
  errorPrefix: z
    .string()
    .max(100)
    .default('')
    .describe('Put before what is said when an answer fails, such as ⚠️; empty: nothing.'),
  streaming: z
    .union([z.boolean(), z.enum(['off', 'edits', 'drafts'])])
    .default('edits')
    .describe(
      'Show an answer while it grows: `off` (or false), by `edits` of one message (or true), or in private chats as `drafts` where the platform has them (Telegram).',
    ),
});
export type AccountOptions = z.infer<typeof AccountOptions>;
