import type { PersonTrace } from '@cuttle/core-types/ports';
import type { Unit } from '../../unit.ts';

/** Where the next slice of an area begins: what the two numbers count is the area's own. */
export type AreaCursor = readonly [number, number];

export interface AreaContext {
  readonly unit: Unit;
  readonly trace: PersonTrace;
  readonly purgeId: string;
  /** What stands in place of words that are taken out of a shared conversation. */
  readonly words: string;
  /** Rows that a slice looks at. */
  readonly limit: number;
}
export interface AreaSlice {
  readonly count: number;
  /** Undefined at the end. */
  readonly next: AreaCursor | undefined;
}
export type PurgeArea = (context: AreaContext, from: AreaCursor) => AreaSlice;

/** Whom the person's rows name once they are purged: the same in every area, and nobody. */
export function pseudonymOf({ purgeId }: Pick<AreaContext, 'purgeId'>): string {
  return `purged:${purgeId}`;
}
