import { CuttleError } from '@cuttle/core-types/errors';
import { z } from 'zod';

/** Where a message goes: a person's WhatsApp id, which is their number without a plus. */
export const WhatsappTarget = z.object({ waId: z.string().regex(/^\d{6,15}$/) });
export type WhatsappTarget = z.infer<typeof WhatsappTarget>;

/** A person's word for a chat: `491701234567` or `+49 170 1234567`. */
export function parseAddress(
  to: string,
): { readonly key: string; readonly target: WhatsappTarget; readonly group: boolean } | undefined {
  const waId = to
    .trim()
    .replace(/^\+/, '')
    .replaceAll(/[ ()-]/g, '');
  const target = WhatsappTarget.safeParse({ waId });
  return target.success ? { key: waId, target: target.data, group: false } : undefined;
}

/** A stored address → ours. Throws `channel.invalid` where there is none, as for an event that could not be read. */
export function parseTarget(target: unknown): WhatsappTarget {
  const parsed = WhatsappTarget.safeParse(target);
  if (parsed.success) return parsed.data;
  throw new CuttleError('channel.invalid', 'This conversation has no address on WhatsApp.', {
    cause: parsed.error,
  });
}
