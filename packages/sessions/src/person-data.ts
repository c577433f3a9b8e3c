import type { Json } from '@cuttle/core-types';
import type { PersonTrace } from '@cuttle/core-types/ports';

/** A piece of what is kept of a person, for their archive. */
export type PersonItem =
  /** A row, appended to the file of that name, one line of JSON each. */
  | { readonly file: string; readonly row: Json }
  /** A whole file. */
  | { readonly file: string; readonly bytes: Uint8Array };

export interface AreaPurge {
  readonly purgeId: string;
  readonly trace: PersonTrace;
}
export interface AreaResult {
  readonly count: number;
  /** What could not be taken away, in words for the owner. */
  readonly warnings: readonly string[];
}

/**
 * What one area keeps of a person. Contract:
 * - `export` gives everything in pieces that fit into memory, in a steady order;
 * - `purge` takes everything away and may be asked again, after a crash too; what is not there any more is no failure;
 * - it rejects only where it shall be asked again; a single thing that stays is a warning.
 */
export interface PersonData {
  readonly area: string;
  export(person: PersonTrace, signal: AbortSignal): AsyncIterable<PersonItem>;
  purge(purge: AreaPurge, signal: AbortSignal): Promise<AreaResult>;
}
