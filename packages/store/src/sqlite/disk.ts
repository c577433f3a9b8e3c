import { randomFillSync } from 'node:crypto';
import { closeSync, fsyncSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { StoreHealth } from '@cuttle/core-types/ports';

export interface DiskOptions {
  /** Free bytes below which nothing new is taken in. */
  readonly lowBytes?: number | undefined;
  /** Bytes held back for storing the outcome of what has begun. 0: none. */
  readonly reserveBytes?: number | undefined;
}

/** The room on the disk under a home. Levels never decide what is written, only what is begun. */
export interface Disk {
  readonly level: StoreHealth['disk'];
  /** Looks again, if the last look is a second old. */
  look(now: number): void;
  /** A write found no room. */
  noteFull(): void;
  /** Gives the reserve back to the disk; false where there is none. */
  freeReserve(): boolean;
  /** Takes the reserve again where there is room. Not at start: it writes its bytes. */
  keepReserve(): void;
}

const lookEveryMs = 1_000;

export function createDisk(path: string, options: DiskOptions = {}): Disk {
  const folder = dirname(path);
  const reservePath = `${path}.reserve`;
  const { lowBytes = 64 * 1024 * 1024, reserveBytes = 8 * 1024 * 1024 } = options;
  const hasReserve = (): boolean =>
    (statSync(reservePath, { throwIfNoEntry: false })?.size ?? 0) >= reserveBytes;
  let level: StoreHealth['disk'] = 'ok';
  let lookedAt = Number.NEGATIVE_INFINITY;
  let reserved = reserveBytes > 0 && hasReserve();
  const measure = (): void => {
    const free = readFreeBytes(folder);
    if (free >= lowBytes) level = 'ok';
    else if (level === 'ok') level = 'low';
  };
  return {
    get level() {
      return level;
    },
    look(now) {
      if (Math.abs(now - lookedAt) < lookEveryMs) return;
      lookedAt = now;
      measure();
    },
    noteFull() {
      level = 'full';
    },
    freeReserve() {
      if (!reserved) return false;
      reserved = false;
      rmSync(reservePath, { force: true });
      return true;
    },
    keepReserve() {
      measure();
      if (reserved || reserveBytes === 0 || level !== 'ok') return;
      if (readFreeBytes(folder) < lowBytes + reserveBytes) return;
      reserved = writeReserve(reservePath, reserveBytes);
    },
  };
}

/** A home in memory has no disk. */
export function createNoDisk(): Disk {
  return {
    level: 'ok',
    look: () => {},
    noteFull: () => {},
    freeReserve: () => false,
    keepReserve: () => {},
  };
}

function readFreeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** Random bytes: a file system that compresses would hold no room for zeros. False where the disk is too full after all. */
function writeReserve(path: string, bytes: number): boolean {
  const file = openSync(path, 'w', 0o600);
  try {
    const chunk = randomFillSync(Buffer.alloc(Math.min(bytes, 1024 * 1024)));
    for (let left = bytes; left > 0; left -= chunk.length)
      writeSync(file, chunk, 0, Math.min(left, chunk.length));
    fsyncSync(file);
    return true;
  } catch (error) {
    rmSync(path, { force: true });
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return false;
    throw error;
  } finally {
    closeSync(file);
  }
}
