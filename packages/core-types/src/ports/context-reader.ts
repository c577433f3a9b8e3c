import type { SummaryBody } from '../summary.ts';

export interface StoredSummary {
  readonly generation: number;
  readonly uptoSeq: number;
  /** Counts the summaries that reached exactly so far, each but the last taken back. */
  readonly revision: number;
  readonly body: SummaryBody;
  readonly at: number;
  readonly undoneAt: number | undefined;
  readonly undoneBy: string | undefined;
}

/** The reading half of the context. Contract: as of `Reader`. */
export interface ContextReader {
  /** The live summary that reaches to `uptoSeq`; absent `uptoSeq`: the one that reaches furthest. */
  findSummary(input: {
    sessionId: string;
    generation: number;
    uptoSeq?: number | undefined;
  }): Promise<StoredSummary | undefined>;
  /** Summaries of a generation by how far they reach, the furthest first, those that were taken back included. */
  listSummaries(input: {
    sessionId: string;
    generation: number;
    limit: number;
  }): Promise<readonly StoredSummary[]>;
}
