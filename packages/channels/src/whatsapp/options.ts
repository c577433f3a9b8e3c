import { z } from 'zod';
import { AccountOptions } from '../account-options.ts';

/** Settings of one business phone number on the WhatsApp Cloud API. */
export const WhatsappOptions = AccountOptions.extend({
  accessToken: z
    .string()
    .min(1)
    .describe('Token of a system user with whatsapp_business_messaging, which does not end.'),
  phoneNumberId: z
    .union([z.string(), z.int()])
    .transform(String)
    .pipe(z.string().regex(/^\d{5,20}$/, 'Give the id of the number, not the number itself.'))
    .describe('Id of the phone number, from API Setup; not the number itself.'),
  appSecret: z
    .string()
    .min(1)
    .describe('App secret of the Meta app: proves that a request comes from Meta.'),
  verifyToken: z
    .string()
    .min(1)
    .describe('A word of your choice that Meta shows when the webhook is set.'),
  webhookUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      'Public address that leads to /hooks/whatsapp/<account>: it is set for this number alone at each start. Without it, set it in the app.',
    ),
  graphUrl: z
    .url({ protocol: /^https?$/ })
    .default('https://graph.facebook.com')
    .transform((url) => url.replace(/\/+$/, ''))
    .describe('Address of the Graph API.'),
  graphVersion: z
    .string()
    .regex(/^v\d+\.\d+$/)
    .default('v24.0')
    .describe('Version of the Graph API.'),
  typing: z
    .boolean()
    .default(true)
    .describe('Show that an answer is being written; WhatsApp then marks the message as read too.'),
  ambiguity: z
    .enum(['at-most-once', 'resend-marked'])
    .default('at-most-once')
    .describe(
      'After a cut in the middle of a send: list the message as unconfirmed, or send it again with a mark.',
    ),
});
export type WhatsappOptions = z.infer<typeof WhatsappOptions>;
