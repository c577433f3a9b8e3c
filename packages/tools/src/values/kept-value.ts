import { type Json, TaintSource } from '@cuttle/core-types';
import type { ToolContext, ValueRow } from '@cuttle/core-types/ports';
import { z } from 'zod';

/**
 * What a run holds already that could steer its model. Content that such a run keeps would come back later as the
 * person's own words, so it is kept with its taint and taints whoever reads it.
 */
export type TaintOf = (context: ToolContext) => readonly TaintSource[];

/** Where nobody tells the run's taint: what the door says of the sender. */
export const taintOfSender: TaintOf = ({ provenance }) =>
  provenance.trust === 'guest' || provenance.trust === 'stranger' ? [provenance.trust] : [];

const KeptValue = z.object({
  v: z.literal(1),
  text: z.string(),
  taint: z.array(TaintSource).catch(['web']),
});
export type KeptValue = z.infer<typeof KeptValue>;

export function toKept(text: string, taint: readonly TaintSource[]): KeptValue {
  return { v: 1, text, taint: [...new Set(taint)] };
}

/** The text of a row, whose taint the run takes on. Rows of another shape are not ours and give nothing. */
export function readKept(row: ValueRow, context: ToolContext): string | undefined {
  const kept = parseKept(row.value);
  for (const source of kept?.taint ?? []) context.taint(source);
  return kept?.text;
}

export function parseKept(value: Json): KeptValue | undefined {
  return KeptValue.safeParse(value).data;
}
