import type { SummaryBody } from '../summary.ts';
import type { Usage } from '../usage.ts';
import type { Committed } from './journal-rows.ts';

/** A model call that wrote a summary, as it is counted and paid. Absent for a digest. */
export interface SummaryCall {
  readonly usage: Usage;
  readonly provider: string;
  readonly model: string;
  /** `undefined`: the price is unknown. */
  readonly costMicros: number | undefined;
  readonly personId?: string | undefined;
  /** Whether `reserveBudget` set money aside for it, which this settles. */
  readonly reserved: boolean;
}

export interface CompactionRecord {
  readonly runId: string;
  readonly fence: string;
  /** The open step whose model call it makes room for. */
  readonly step: number;
  /** The last entry that the summary stands for. */
  readonly uptoSeq: number;
  readonly body: SummaryBody;
  readonly call: SummaryCall | undefined;
  /** The call that was asked what to remember of the entries, where one was. */
  readonly flush?: SummaryCall | undefined;
  /** Tokens of the view after it, as estimated. */
  readonly contextTokens: number;
}

/** The writing half of the context: summaries beside a transcript that is never rewritten. Contract: as of `Journal`. */
export interface ContextJournal {
  /** Tells that the entries up to `uptoSeq` are being summarised for an open step. Asked again after a cut, it tells it again. */
  beginCompaction(input: {
    runId: string;
    fence: string;
    step: number;
    uptoSeq: number;
  }): Promise<Committed>;
  /**
   * Stores a summary of the run's generation and makes it part of the open step's boundary: a further attempt of the step sees it too. The
   * call that wrote it is counted in the same transaction. Nothing happens where a live summary reaches exactly so far.
   */
  recordCompaction(input: CompactionRecord): Promise<Committed>;
  /**
   * Takes back the live summary that reaches to `uptoSeq` and those that were built upon it, in the session's present generation: the rows
   * are marked, and the view is again what it was before. `busy`: a run has the session's place, and its steps name their summary.
   */
  undoCompaction(input: {
    sessionId: string;
    uptoSeq: number;
    by: string;
  }): Promise<
    | ({ kind: 'undone'; count: number; summaryUpto: number | undefined } & Committed)
    | { kind: 'busy' }
    | { kind: 'unknown' }
  >;
}
