import type { Json } from '@cuttle/core-types';
import type { Checkpoint, Clock, Log } from '@cuttle/core-types/ports';

/** Keeps the newest state in its row: at most one write in each `everyMs`, none beside another. What a kill takes is read again and recognised. */
export interface CheckpointWriter {
  /** There is something newer. */
  changed(): void;
  /** Writes what is not written yet. */
  close(): Promise<void>;
}

export function createCheckpointWriter(deps: {
  readonly checkpoint: Checkpoint | undefined;
  readonly clock: Clock;
  readonly log: Log;
  /** A second without it. */
  readonly everyMs?: number;
  /** What the log says of a write that failed. */
  readonly says: string;
  /** Undefined as long as what is kept still holds. */
  readonly current: () => Json | undefined;
}): CheckpointWriter {
  const { checkpoint, clock, log, says, everyMs = 1000 } = deps;
  const closed = new AbortController();
  let isStale = false;
  let writing: Promise<void> | undefined;
  const write = async (): Promise<void> => {
    isStale = false;
    const current = deps.current();
    if (current === undefined || checkpoint === undefined) return;
    try {
      await checkpoint.put(current);
    } catch (error) {
      isStale = true;
      log.warn(says, { error });
    }
  };
  const pump = async (): Promise<void> => {
    while (isStale && !closed.signal.aborted) {
      await write();
      await clock.sleep(everyMs, closed.signal).catch(() => {}); // closed
    }
    writing = undefined;
  };
  return {
    changed() {
      if (checkpoint === undefined) return;
      isStale = true;
      if (!closed.signal.aborted) writing ??= pump();
    },
    async close() {
      closed.abort();
      await writing;
      if (isStale) await write();
    },
  };
}
