import { z } from 'zod';
import { AccountOptions } from '../account-options.ts';

/** Settings of one account that is linked as a device of WhatsApp Web. */
export const WhatsappWebOptions = AccountOptions.extend({
  program: z
    .string()
    .min(1)
    .optional()
    .describe(
      'File of the bridge, a Node program; without it that of @cuttle/whatsapp-web, which is installed apart.',
    ),
  typing: z.boolean().default(true).describe('Show that an answer is being written.'),
  readMarks: z
    .boolean()
    .default(true)
    .describe(
      'Show with it that what was written was read, where the account shows that to people at all.',
    ),
});
export type WhatsappWebOptions = z.infer<typeof WhatsappWebOptions>;
