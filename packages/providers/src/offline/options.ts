import { z } from 'zod';

/** Settings of the built-in offline provider: it needs none. */
export const OfflineOptions = z.object({
  /** Names the provider in messages and origins. Default: its kind. */
  id: z.string().optional(),
});
export type OfflineOptions = z.output<typeof OfflineOptions>;
