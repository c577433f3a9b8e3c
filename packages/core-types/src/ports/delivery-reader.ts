/** A call to a platform that counts against its limits. */
export interface RecentCall {
  readonly accountId: string;
  readonly conversationId: string;
  /** When it ended, Unix ms; one whose end nobody stored counts as now. */
  readonly at: number;
}

/** What was sent, for a gateway that begins. Part of `Reader`, whose contract holds. */
export interface DeliveryReader {
  /** Calls that ended after `since`, whichever life made them, the newest first; only among the newest 10,000 rows. */
  listRecentCalls(input: { since: number }): Promise<readonly RecentCall[]>;
}
