/** The leases of this opening's runs. Part of `Journal`, whose contract holds for each method. */
export interface LeaseJournal {
  /**
   * Hands over what this opening still holds, at an orderly stop: its leased runs become `ready`, so that the next claim goes on as after a
   * wait and counts no stall. A stop that was killed hands over nothing: those leases are cut. Returns how many there were; whoever still
   * writes under one of them gets `run.fence-lost`.
   */
  releaseRuns(): Promise<number>;
}
