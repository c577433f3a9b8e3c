import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { pid } from 'node:process';
import { CuttleError } from '@cuttle/core-types/errors';
import { type Database, openDatabase, sqlite, sqliteCode } from './database.ts';

/** How long a process that is dying may take to let go. */
const patienceMs = 250;

/**
 * Sole ownership of a home for the life of this process: an exclusive lock on a database beside it, which the operating
 * system drops when the process dies, whatever its pid namespace. https://sqlite.org/lockingv3.html
 * Nothing else in this process may open the lock's file: POSIX locks are lost when any descriptor of it is closed.
 */
export function openOwnership(path: string): { release(): void } {
  const notePath = `${path}.owner`;
  const lock = openDatabase(`${path}.lock`, { timeoutMs: patienceMs });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    throw sqliteCode(error) === sqlite.busy ? toHeld(path, notePath) : error;
  }
  writeFileSync(notePath, JSON.stringify({ pid }), { mode: 0o600 });
  return {
    release() {
      rmSync(notePath, { force: true });
      releaseLock(lock);
    },
  };
}

function releaseLock(lock: Database): void {
  lock.exec('ROLLBACK');
  lock.close();
}

function toHeld(path: string, notePath: string): CuttleError {
  const owner = readOwner(notePath);
  const who = owner === undefined ? 'another process' : `process ${owner}`;
  return new CuttleError('store.single-process', `The database ${path} is in use by ${who}.`, {
    details: { path, ...(owner !== undefined && { pid: owner }) },
  });
}

/** The pid that the owner noted; a note that is missing or half written only leaves it unnamed. */
function readOwner(notePath: string): number | undefined {
  try {
    const note: unknown = JSON.parse(readFileSync(notePath, 'utf8'));
    const known = typeof note === 'object' && note !== null && 'pid' in note ? note.pid : undefined;
    return typeof known === 'number' ? known : undefined;
  } catch (unreadable) {
    if (unreadable instanceof Error) return undefined;
    throw unreadable;
  }
}
