import { z } from 'zod';

/** What goes to a worker and what comes back. One request is answered by one reply. */
export interface Request<Input> {
  readonly input: Input;
}
export const Reply = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), output: z.string() }),
  z.object({ ok: z.literal(false), message: z.string() }),
]);
export type Reply = z.infer<typeof Reply>;
