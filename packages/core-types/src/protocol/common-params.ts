import { z } from 'zod';

export const nothing = z.strictObject({});
export const done = z.object({ ok: z.literal(true) });
/** A page of a list: `before` is the cursor that the page before it gave. */
export const page = {
  limit: z.int().min(1).max(500).default(50),
  before: z.string().max(500).optional(),
};
