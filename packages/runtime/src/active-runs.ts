import type { AssistantMessage, Route, TaintSource } from '@cuttle/core-types';
import type { ClaimedRun, ConversationRef, CutStep } from '@cuttle/core-types/ports';
import type { CancelledBy } from '@cuttle/core-types/errors';
import { Cancelled } from '@cuttle/core-types/errors';

/** A run that this process is working on. */
export interface ActiveRun {
  readonly runId: string;
  readonly sessionId: string;
  readonly claimed: ClaimedRun;
  /** Unix ms. */
  readonly createdAt: number;
  readonly controller: AbortController;
  /** What its open step has said so far; undefined when nothing. */
  partial(): AssistantMessage | undefined;
  /** What its open step has used; undefined where that is not known yet, or the step is answered. */
  cut(): Promise<CutStep | undefined>;
  /** The bubble that shows it, where there is one. */
  bubble(): string | undefined;
  /** Whether it is shown as a draft, which fades. */
  hasDraft(): boolean;
  /** The whole answer so far. */
  text(): string;
  /** The open step and what it has said so far. */
  open(): { readonly step: number; readonly attempt: number; readonly text: string } | undefined;
  /** Where it answers. */
  readonly route: Route;
  readonly conversation: ConversationRef | undefined;
  taint(): readonly TaintSource[];
  /** Nothing more is shown of it until this is over: what is stored of a run that is stopped is what people saw. */
  hold(): Disposable;
  /** The number of its next event. */
  nextSeq(): number;
}

/** The runs of this process, by session: what a stop signals. The rows decide; this only carries the signal. */
export interface ActiveRuns {
  add(run: ActiveRun): void;
  remove(run: ActiveRun): void;
  find(sessionId: string): ActiveRun | undefined;
  findRun(runId: string): ActiveRun | undefined;
  /** After the abort is committed. */
  signal(runId: string, by: CancelledBy): void;
  /** Every run, also one that was being claimed meanwhile and is added later. */
  signalAll(by: CancelledBy): void;
}

export function createActiveRuns(): ActiveRuns {
  const runs = new Map<string, ActiveRun>();
  let ended: CancelledBy | undefined;
  const bySession = (sessionId: string): ActiveRun | undefined =>
    [...runs.values()].findLast((run) => run.sessionId === sessionId);
  return {
    add(run) {
      runs.set(run.runId, run);
      if (ended !== undefined) run.controller.abort(new Cancelled(ended));
    },
    remove(run) {
      if (runs.get(run.runId) === run) runs.delete(run.runId);
    },
    find: bySession,
    findRun: (runId) => runs.get(runId),
    signal: (runId, by) => runs.get(runId)?.controller.abort(new Cancelled(by)),
    signalAll(by) {
      ended = by;
      for (const run of runs.values()) run.controller.abort(new Cancelled(by));
    },
  };
}
