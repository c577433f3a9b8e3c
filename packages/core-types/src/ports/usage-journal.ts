import type { Usage } from '../usage.ts';
import type { BudgetLimit, Reservation } from './journal-rows.ts';

/** A call of a model that belongs to no run, such as the embedding of texts. */
export interface CallUsage {
  /** Tells the call from every other one: a repeat counts once. */
  readonly callId: string;
  /** Whom it was made for; empty where nobody is told apart. */
  readonly agentId: string;
  readonly personId: string;
  readonly provider: string;
  readonly model: string;
  readonly usage: Usage;
  /** `undefined`: the price is unknown. */
  readonly costMicros: number | undefined;
  /** It came to no whole answer, but was billed in part. */
  readonly isCut?: boolean | undefined;
}

/** A model call of a run that came to no answer, and what it is held to have used: its service bills it all the same. */
export interface CutCall {
  readonly provider: string;
  readonly model: string;
  readonly usage: Usage;
  /** `undefined`: the price is unknown. */
  readonly costMicros: number | undefined;
  /** Nobody told all of the numbers: some are estimated. */
  readonly isEstimated: boolean;
  readonly personId?: string | undefined;
}

/** The calls of a step's last attempt that was cut; with it those before it are counted too. */
export interface CutStep {
  readonly step: number;
  readonly attempt: number;
  readonly calls: readonly CutCall[];
}

/** What a call that belongs to no run may cost at most. */
export interface CallReservation {
  /** The id under which `addUsage` counts it. */
  readonly callId: string;
  readonly agentId: string;
  readonly personId: string;
  readonly amountMicros: number;
  /** Each of them must have room. */
  readonly limits: readonly BudgetLimit[];
}

/** The writing half of what is used outside of runs, and by calls that were cut. Contract: as of `Journal`. */
export interface UsageJournal {
  /** Adds a call to its day, agent, person and model, and to what their budgets have spent; settles what was set aside for it. */
  addUsage(input: CallUsage): Promise<void>;
  /** As `reserveBudget`, for a call that belongs to no run. It lasts until `addUsage` or `releaseUsage`, and no longer than this opening of the store. */
  reserveUsage(input: CallReservation): Promise<Reservation>;
  /** Gives back what was set aside for a call that failed. */
  releaseUsage(input: { callId: string }): Promise<void>;
  /**
   * Counts the attempts of a step whose cut is told by nothing else: their process ended, or another run's end ended theirs. `fence`: the
   * owner's; a run that has ended needs none. Nothing happens where that attempt is counted, or the step was answered.
   */
  countCut(input: { runId: string; fence?: string | undefined } & CutStep): Promise<void>;
}
