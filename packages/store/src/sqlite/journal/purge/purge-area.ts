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

/** Whether a key of ours, whose segments are parted by colons and slashes, holds an account or a person's id as one of them. */
export function namesPerson(key: string, { accounts, personIds }: PersonTrace): boolean {
  const segments = new Set(key.split(/[:/]/).map(decodeSegment));
  return (
    personIds.some((id) => segments.has(id)) ||
    accounts.some(({ externalId }) => isIn(externalId, key, segments))
  );
}

function isIn(id: string, key: string, segments: ReadonlySet<string>): boolean {
  // An id may hold a colon itself, as those of Matrix do.
  return segments.has(id) || (id.includes(':') && key.includes(id));
}

/** As keys of sessions have them. */
function decodeSegment(segment: string): string {
  return segment.replace(/%3A/g, ':').replace(/%25/g, '%');
}
