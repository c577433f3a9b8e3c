import { z } from 'zod';
import { AccountOptions } from '../account-options.ts';

/** Settings of one Discord bot. */
export const DiscordOptions = AccountOptions.extend({
  token: z
    .string()
    .min(1)
    .transform((token) => token.replace(/^Bot\s+/i, ''))
    .describe('Token of the bot, from the page Bot of the developer portal.'),
  restUrl: z
    .url({ protocol: /^https?$/ })
    .default('https://discord.com/api')
    .transform((url) => url.replace(/\/+$/, ''))
    .describe('Address of the REST API, without its version.'),
  gatewayUrl: z
    .url({ protocol: /^wss?$/ })
    .optional()
    .describe('Address of the gateway; Discord is asked for it without.'),
  messageContent: z
    .boolean()
    .default(true)
    .describe(
      'Ask for the words of all messages in guilds. It must be switched on in the developer portal (Bot, Message Content Intent); without it only what names the bot can be read there.',
    ),
  backfillHours: z
    .number()
    .min(0)
    .max(24 * 14)
    .default(24)
    .describe(
      'How far back messages are looked for that came while nobody listened and that Discord does not deliver any more.',
    ),
  presence: z
    .object({
      status: z.enum(['online', 'idle', 'dnd', 'invisible']).default('online'),
      activity: z.string().min(1).max(128).optional().describe('A line under its name.'),
    })
    .prefault({})
    .describe('How the bot is shown in the list of members.'),
});
export type DiscordOptions = z.infer<typeof DiscordOptions>;
