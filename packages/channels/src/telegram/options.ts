import { z } from 'zod';
import { AccountOptions } from '../account-options.ts';

/** Settings of one Telegram bot. */
export const TelegramOptions = AccountOptions.extend({
  token: z.string().min(1).describe('Token of the bot, from @BotFather.'),
  apiRoot: z
    .url({ protocol: /^https?$/ })
    .default('https://api.telegram.org')
    .transform((url) => url.replace(/\/+$/, ''))
    .describe('Address of the Bot API server.'),
  pollTimeoutSeconds: z
    .int()
    .min(1)
    .max(50)
    .default(50)
    .describe('How long one request waits for messages.'),
  ambiguity: z
    .enum(['at-most-once', 'resend-marked'])
    .default('at-most-once')
    .describe(
      'After a cut in the middle of a send: list the message as unconfirmed, or send it again with a mark.',
    ),
  webhook: z
    .object({
      url: z
        .url({ protocol: /^https?$/ })
        .describe('Public address that leads to /hooks/telegram/<account>.'),
      secret: z
        .string()
        .regex(/^[\w-]{16,256}$/, 'Use 16 to 256 letters, digits, _ or -.')
        .optional()
        .describe('Proves that a request comes from Telegram; derived from the token without it.'),
      maxConnections: z.int().min(1).max(100).default(40),
      keepOnStop: z
        .boolean()
        .default(false)
        .describe(
          'Leave the webhook set when this process stops, for several servers behind one address.',
        ),
    })
    .optional()
    .describe('Take messages by webhook instead of long polling.'),
});
export type TelegramOptions = z.infer<typeof TelegramOptions>;
