import type { Usage } from '../usage.ts';

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
}

/** The writing half of what is used outside of runs. Contract: as of `Journal`. */
export interface UsageJournal {
  /** Adds a call to its day, agent, person and model, and to what their budgets have spent. */
  addUsage(input: CallUsage): Promise<void>;
}
