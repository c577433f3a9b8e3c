import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '@cuttle/core-types/ports';

/** How long until it is looked again whether the lock is free. */
const pollMs = 25;
/** SQLITE_BUSY of https://sqlite.org/rescode.html */
const busy = 5;

interface FileLock {
  readonly path: string;
  readonly clock: Pick<Clock, 'sleep'>;
}

/**
 * Runs `work` under an exclusive lock on that file. It is a lock of the operating system, taken by SQLite on an empty database
 * (https://sqlite.org/lockingv3.html), so that it ends with the process that holds it: nothing has to be judged stale, and two who
 * wait can never both think that they have it. Nothing is written. Rejects with `signal.reason` while it waits.
 */
export async function withFileLock<Value>(
  lock: FileLock,
  work: () => Promise<Value>,
  signal: AbortSignal,
): Promise<Value> {
  const { DatabaseSync: Database } = await import('node:sqlite');
  for (;;) {
    signal.throwIfAborted();
    const held = tryLock(() => new Database(lock.path, { timeout: 0 }));
    if (!held) {
      await lock.clock.sleep(pollMs, signal);
      continue;
    }
    try {
      return await work();
    } finally {
      held.exec('ROLLBACK');
      held.close();
    }
  }
}

/** Undefined where somebody else has it. Each step takes microseconds: nothing waits here. */
function tryLock(open: () => DatabaseSync): DatabaseSync | undefined {
  const database = open();
  try {
    database.exec('BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === busy) return undefined;
    throw error;
  }
}
