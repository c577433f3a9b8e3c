import { z } from 'zod';
import { AccountOptions } from '../account-options.ts';

/** Settings of one Slack app in one workspace or organisation. */
export const SlackOptions = AccountOptions.extend({
  botToken: z
    .string()
    .regex(/^xox/, 'Give the Bot User OAuth Token, which begins with xoxb-.')
    .describe('Bot User OAuth Token of the app, from OAuth & Permissions.'),
  appToken: z
    .string()
    .regex(/^xapp-/, 'Give the app-level token, which begins with xapp-.')
    .optional()
    .describe(
      'App-level token with connections:write, from Basic Information: events come by Socket Mode, and no public address is needed.',
    ),
  signingSecret: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Signing secret, from Basic Information: proves that a request comes from Slack. Needed for events by HTTP.',
    ),
  mode: z
    .enum(['socket', 'http'])
    .optional()
    .describe('How events come; Socket Mode where there is an appToken, else HTTP.'),
  apiUrl: z
    .url({ protocol: /^https?$/ })
    .default('https://slack.com/api/')
    .transform((url) => `${url.replace(/\/+$/, '')}/`)
    .describe('Address of the Web API.'),
  replyIn: z
    .enum(['channel', 'thread'])
    .default('channel')
    .describe(
      'Where a message of a channel is answered: in the channel, or in a thread under it, which is a session of its own.',
    ),
  backfillHours: z
    .number()
    .min(0)
    .max(24 * 14)
    .default(24)
    .describe(
      'How far back messages are looked for that came while nobody listened and that Slack does not deliver any more.',
    ),
  slashCommand: z
    .string()
    .regex(/^\/[a-z0-9_-]{1,31}$/, 'A slash, then small letters, digits, - and _.')
    .default('/cuttle')
    .describe('The slash command of the app: `/cuttle status` is the command /status.'),
}).superRefine(({ mode, appToken, signingSecret }, context) => {
  const isSocket = mode === 'socket' || (mode === undefined && appToken !== undefined);
  if (isSocket && appToken === undefined)
    context.addIssue({ code: 'custom', path: ['appToken'], message: 'Socket Mode needs it.' });
  if (!isSocket && signingSecret === undefined)
    context.addIssue({
      code: 'custom',
      path: ['signingSecret'],
      message: 'Give an appToken for Socket Mode, or the signing secret for events by HTTP.',
    });
});
export type SlackOptions = z.infer<typeof SlackOptions>;

/** Which way events come. */
export function modeOf({
  mode,
  appToken,
}: Pick<SlackOptions, 'mode' | 'appToken'>): 'socket' | 'http' {
  return mode ?? (appToken === undefined ? 'http' : 'socket');
}
