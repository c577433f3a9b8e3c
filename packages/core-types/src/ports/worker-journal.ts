import type { Committed, Settled } from './journal-rows.ts';

/** A worker under the lease that a claim gave it. */
export interface WorkerPlace {
  readonly taskId: string;
  /** The principal that the lease is bound to. */
  readonly holder: string;
  readonly fence: string;
}

/** A task as the worker that works on it gets it. Times in Unix ms. */
export interface ClaimedTask {
  readonly taskId: string;
  readonly fence: string;
  readonly label: string;
  readonly task: string;
  /** 1 for the first lease; more where one before was lost. */
  readonly attempt: number;
  /** When the lease expires, unless something is reported before. */
  readonly leaseUntil: number;
  readonly deadlineAt: number | undefined;
}

/** A task whose lease was found to have expired. */
export interface ExpiredLease {
  readonly taskId: string;
  readonly worker: string;
  /** `lost`: so many workers in a row said nothing that it has failed. `waits`: the next one may have it. */
  readonly became: 'waits' | 'lost';
}

/** What became of a report. `acked`: the newest that is taken; what comes after it is to be sent again. */
export type TaskReport =
  | {
      readonly kind: 'held';
      readonly acked: number;
      readonly isNews: boolean;
      /** Its lease had been found expired, and nobody else has the task: the worker has it again. */
      readonly isBack: boolean;
    }
  /** It has ended: stopped, out of time, or finished by this very worker. */
  | { readonly kind: 'stopped'; readonly acked: number }
  /** Another lease was given since, or there is no such task. */
  | { readonly kind: 'lost' };

/** The transactions of workers outside: tasks under leases, reports that count once, an end that is told once. */
export interface WorkerJournal {
  /**
   * The oldest waiting task of a worker's name, under a new lease; one whose lease was found to have expired waits again. The same `key` again
   * gives what it gave, under a new fence where reports had come: they are void.
   */
  claimWorkerTask(input: {
    readonly worker: string;
    readonly holder: string;
    readonly key: string;
    readonly fence: string;
    readonly leaseMs: number;
  }): Promise<ClaimedTask | undefined>;
  /**
   * Leases that have expired by `now`, those that expired first, at most `limit`: their tasks wait for another worker, and are still their
   * holder's until one has them. One that was leased three times in a row without a report fails instead, and its parent is told.
   */
  expireWorkerLeases(input: {
    readonly now: number;
    readonly limit: number;
  }): Promise<{ readonly leases: readonly ExpiredLease[] } & Committed>;
  /** Gives each lease that was not found expired its whole length anew: nobody could report while the gateway was away. Returns how many there are. */
  renewWorkerLeases(): Promise<number>;
  /** The next report of a lease, which it renews. `seq` 0: a sign of life. One that was taken before changes nothing; one behind a gap is not taken. */
  reportWorkerTask(
    input: WorkerPlace & {
      readonly seq: number;
      readonly text?: string | undefined;
      readonly progress?: string | undefined;
    },
  ): Promise<TaskReport>;
  /** The last report. The result is queued in the parent's session in this transaction. Told again it changes nothing. `ended` is false behind a gap. */
  finishWorkerTask(
    input: WorkerPlace & {
      readonly seq: number;
      readonly outcome: 'completed' | 'failed';
      readonly text: string;
    },
  ): Promise<
    | ({ readonly kind: 'held'; readonly acked: number; readonly ended: boolean } & Settled)
    | Exclude<TaskReport, { kind: 'held' }>
  >;
  /** Tokens of a kind by their name. Returns how many there were. */
  removeTokens(input: { readonly kind: 'api'; readonly name: string }): Promise<number>;
}
