import { z } from 'zod';

/** Settings of the built-in offline provider: it needs none. */
export const OfflineOptions = z.object({
  id: z.string().default('offline'),
});
export type OfflineOptions = z.output<typeof OfflineOptions>;
