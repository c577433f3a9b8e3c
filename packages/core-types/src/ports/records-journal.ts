/** Which closed groups go: those that ended before a time, or the oldest until so many characters of words went. */
export interface RetentionRule {
  /** Unix ms. */
  readonly before: number;
  readonly wantChars: number;
  readonly keepArchived: boolean;
}
export interface RetentionSlice {
  /** Runs, each with its inputs, answers, calls and deliveries' words. */
  readonly groups: number;
  readonly entries: number;
  readonly chars: number;
  /** Pass as `after` for the next slice; absent at the end. */
  readonly next?: number | undefined;
}

/**
 * What goes by retention. Part of `Journal`, whose contract holds for each method. Each is a slice of a few milliseconds; one that is
 * cut off is asked for again.
 */
export interface RecordsJournal {
  /**
   * Removes those of the next `limit` runs that a rule takes, each with its entries, which leave a tombstone in their session's chain.
   * Never what still runs, is being delivered, or what another transcript begins with.
   */
  removeClosedGroups(
    input: RetentionRule & { after: number; limit: number },
  ): Promise<RetentionSlice>;
  /** Sums of days before the day of `before`. Returns how many rows went. */
  removeUsage(input: { before: number; limit: number }): Promise<number>;
  /** The beginning of the audit; its chain says that it was cut there. Returns how many rows went. */
  removeAudit(input: { before: number; limit: number }): Promise<number>;
  /** Written to the audit. */
  noteRetention(input: {
    groups: number;
    entries: number;
    chars: number;
    usage: number;
    audit: number;
  }): Promise<void>;
}
