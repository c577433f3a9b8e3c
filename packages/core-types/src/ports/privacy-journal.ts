import type { Json } from '../json.ts';
import type { Settled } from './journal-rows.ts';

/** Where rows name one person: what a purge looks for. */
export interface PersonTrace {
  /** Ids of persons: their own, and those that their accounts had before they were joined. */
  readonly personIds: readonly string[];
  /** Ids of principals: one for each of their accounts on each of ours. */
  readonly principals: readonly string[];
  readonly accounts: readonly PersonAccount[];
  /** What they are called on their platforms and by the owner. */
  readonly names: readonly string[];
}
/** The same, as rows tell it. */
export type PersonFacts = Omit<PersonTrace, 'principals'>;
export interface PersonAccount {
  readonly channel: string;
  /** Our own account that they wrote to. */
  readonly accountId: string;
  readonly externalId: string;
}

/** Areas whose rows are in the store, in the order in which they go: the last takes what names the person. */
export const storedAreas = [
  'transcripts',
  'deliveries',
  'keys',
  'kept',
  'usage',
  'audit',
  'search',
  'identities',
] as const;
export type StoredArea = (typeof storedAreas)[number];

/** What the store keeps of a person, for their archive. */
export const personParts = [
  'messages',
  'identities',
  'links',
  'pairings',
  'usage',
  'schedules',
  'notes',
  'approvals',
] as const;
export type PersonPart = (typeof personParts)[number];
/** A line of the archive's file of that name. */
export interface PersonRow {
  readonly file: string;
  readonly row: Json;
}

/** How far an area is. */
export interface AreaState {
  readonly area: string;
  readonly count: number;
  readonly done: boolean;
  readonly warnings: readonly string[];
}
export interface PurgeRow {
  readonly purgeId: string;
  /** Undefined once it has ended: nothing of the person is kept. */
  readonly trace: PersonTrace | undefined;
  readonly by: string;
  readonly areas: readonly AreaState[];
  /** Unix ms. */
  readonly begunAt: number;
  readonly endedAt: number | undefined;
}

/**
 * One person's data taken away. Part of `Journal`, whose contract holds for each method. A purge is a row: what was begun is gone on with
 * after a crash, from the slice that was committed last.
 */
export interface PrivacyJournal {
  /** An unended purge of any of the same principals or persons is given back instead of a second one. */
  beginPurge(input: { purgeId: string; trace: PersonTrace; by: string }): Promise<PurgeRow>;
  /**
   * The next slice of an area, a few milliseconds. Ends what the person has under way and takes away their own sessions whole; in a shared one
   * `words` stand in place of what they said and were answered, sealed anew, so that the chain stays whole. `count` is of this slice.
   * Throws `request.not-found` for a purge that is not there or has ended.
   */
  purgeSlice(input: {
    purgeId: string;
    area: StoredArea;
    words: string;
    limit: number;
  }): Promise<{ count: number; done: boolean } & Settled>;
  /** What was done outside of the store. `count` is added. */
  notePurge(input: {
    purgeId: string;
    area: string;
    count: number;
    done: boolean;
    warnings: readonly string[];
  }): Promise<void>;
  /** Written to the audit under the purge's id; what named the person goes from its row. */
  endPurge(input: { purgeId: string }): Promise<PurgeRow>;
}

export interface PrivacyReader {
  /** What names a person, by their id, the owner's label, or one of their accounts. Undefined where nothing does. */
  findPerson(
    input:
      | { readonly personId: string }
      | { readonly channel: string; readonly account: string; readonly externalId: string },
  ): Promise<PersonFacts | undefined>;
  /** The next rows of one part that are the person's, in a steady order. `after` is 0, or `next` of the page before. */
  listPersonRows(input: {
    trace: PersonTrace;
    part: PersonPart;
    after: number;
    limit: number;
  }): Promise<{ readonly rows: readonly PersonRow[]; readonly next?: number | undefined }>;
  /** Purges that have not ended, the oldest first. */
  listPurges(input: { limit: number }): Promise<readonly PurgeRow[]>;
}
