import type { CuttleServer, ServerOverrides } from '@cuttle/server';

export type StoreCounts = Awaited<ReturnType<CuttleServer['counts']>>;

/** Counts how runs end. */
export interface RunTally {
  readonly listener: NonNullable<ServerOverrides['listener']>;
  /** One line: what was done, and what is left. */
  report(left: StoreCounts): string;
}

export function createRunTally(): RunTally {
  const ended = { completed: 0, failed: 0, aborted: 0 };
  return {
    listener: {
      run({ event }) {
        if (event.type === 'run.end') ended[event.outcome.status] += 1;
      },
    },
    report({ queued, running, parked, undelivered }) {
      const done = `Runs: ${ended.completed} completed, ${ended.failed} failed, ${ended.aborted} stopped.`;
      return `${done} Left: ${queued} messages, ${running + parked} runs, ${undelivered} replies.`;
    },
  };
}

/** Whether anything is left that a later run could do. */
export function isWorkLeft({ queued, running, parked, undelivered }: StoreCounts): boolean {
  return queued + running + parked + undelivered > 0;
}
