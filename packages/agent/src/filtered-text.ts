import type { AssistantPart } from '@cuttle/core-types';
import { textFor } from '@cuttle/core-types/texts';
import { z } from 'zod';

/** What an adapter keeps of a service that says why its filter stopped an answer. */
const Blocked = z.object({
  kind: z.literal('blocked'),
  reason: z.string(),
  message: z.string().optional(),
});

/**
 * What a person reads where a filter stopped an answer before its first word: an empty reply looks like a fault of ours.
 * Nothing for an answer that said something or calls a tool.
 */
export function filteredText(parts: readonly AssistantPart[]): string | undefined {
  const speaks = parts.some(
    (part) => part.type === 'tool-call' || (part.type === 'text' && part.text.trim() !== ''),
  );
  if (speaks) return undefined;
  const reasons = parts.flatMap((part) => (part.type === 'opaque' ? reasonOf(part.value) : []));
  return reasons.length > 0
    ? textFor('run.filtered-reason', { reason: reasons.join('; ') })
    : textFor('run.filtered');
}

function reasonOf(value: unknown): readonly string[] {
  const { success, data } = Blocked.safeParse(value);
  if (!success) return [];
  return [data.message ? `${data.reason}, ${data.message}` : data.reason];
}
