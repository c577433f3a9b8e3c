import type { Checkpoint, Clock, Log } from '@cuttle/core-types/ports';
import type { DiscordCheckpoint } from './progress.ts';

/** Keeps the newest state in its row: at most one write a second, none beside another. What a kill takes is read again and recognised. */
export interface CheckpointWriter {
  /** There is something newer. */
  changed(): void;
  /** Writes what is not written yet. */
  close(): Promise<void>;
}

const everyMs = 1000;

export function createCheckpointWriter(deps: {
  readonly checkpoint: Checkpoint | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly current: () => DiscordCheckpoint | undefined;
}): CheckpointWriter {
  const { checkpoint, clock, log } = deps;
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
      log.warn('How far Discord was read could not be kept; it is tried again.', { error });
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
