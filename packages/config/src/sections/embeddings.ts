import { z } from 'zod';

export const embeddingsSection = z.looseObject({
  model: z
    .string()
    .optional()
    .describe(
      '`<provider>/<model>` that embeds texts. Default: one that a provider which is set up is known to have; a model server of your own is not left for another.',
    ),
});
