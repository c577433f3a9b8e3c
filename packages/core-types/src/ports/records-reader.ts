import type { RetentionRule, RetentionSlice } from './records-journal.ts';

/**
 * What may be wrong with a chain of records.
 * - `changed`: a row, or what it names, is not what was written there;
 * - `swapped`: the rows at `seq` and `uptoSeq` stand in each other's place;
 * - `missing`: rows between two others are gone, without a record of their removal;
 * - `cut`: the last rows are gone;
 * - `unsealed`: a row without a mac, younger than the chain;
 * - `head`: what says how long the chain is does not fit itself;
 * - `rolled-back`: an earlier state was put in the place of a later one that is known;
 * - `tombstone`: the record of a removal is not what was written;
 * - `unknown-key`: made with a key that this home does not hold, so that nothing can be said.
 */
export type RecordFault =
  | 'changed'
  | 'swapped'
  | 'missing'
  | 'cut'
  | 'unsealed'
  | 'head'
  | 'rolled-back'
  | 'tombstone'
  | 'unknown-key';

/** A fault between two rows of a chain, both included. */
export interface RecordFinding {
  readonly fault: RecordFault;
  readonly seq: number;
  readonly uptoSeq: number;
}

/** How far a chain has been checked. */
export interface RecordCursor {
  readonly seq: number;
  /** The mac that the next row follows; undefined before the first chained one. */
  readonly mac?: string | undefined;
  /** What stood before cannot be told, so that the next row is taken as it is. */
  readonly lost?: boolean | undefined;
}

export interface RecordSlice {
  /** Rows whose mac was checked. */
  readonly checked: number;
  /** Rows older than the chain. */
  readonly unchained: number;
  /** Rows that were removed on purpose, by a record that is whole. */
  readonly purged: number;
  /** Rows whose names were taken out on purpose. */
  readonly redacted: number;
  readonly findings: readonly RecordFinding[];
  /** Pass as `cursor` for the next slice; undefined at the end. */
  readonly next: RecordCursor | undefined;
}

/** Reads that check the chains of records. Contract: a slice takes a few milliseconds, and rows that are written meanwhile are no fault. */
export interface RecordsReader {
  /** The next slice of a session's chain. */
  verifySession(input: {
    sessionId: string;
    cursor?: RecordCursor | undefined;
  }): Promise<RecordSlice>;
  /** The next slice of the audit's chain. */
  verifyAudit(input: { cursor?: RecordCursor | undefined }): Promise<RecordSlice>;
  /** Sessions that the audit knows, in order of their id: those that are gone without a record of it are a fault. */
  listAnchored(input: {
    after?: string | undefined;
    limit: number;
  }): Promise<readonly { readonly sessionId: string; readonly isThere: boolean }[]>;

  /** What `removeClosedGroups` would remove, by the same rule. */
  previewClosedGroups(
    input: RetentionRule & { after: number; limit: number },
  ): Promise<RetentionSlice>;
  countOldUsage(input: { before: number }): Promise<number>;
  countOldAudit(input: { before: number }): Promise<number>;
  /** Bytes of the database that hold something. */
  usedBytes(): Promise<number>;
}
