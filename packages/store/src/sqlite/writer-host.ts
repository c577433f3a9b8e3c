import { statSync } from 'node:fs';
import type { StoreHealth } from '@cuttle/core-types/ports';
import { type CrashPoint, createPoint } from './crash-point.ts';
import { createDisk, createNoDisk, type DiskOptions } from './disk.ts';
import { commitGroup, type GroupDeps, isTransaction } from './group.ts';
import { type Home, inMemory, openHome } from './open-home.ts';
import { runReads } from './read-calls.ts';
import { createVectorCache } from './vector-cache.ts';
import { type Batch, type Call, toReplies } from './wire.ts';

export interface WriterOptions {
  readonly path: string;
  /** Unix ms at the opening; absent: the database's clock. */
  readonly now?: number | undefined;
  readonly recordKeysFile?: string | undefined;
  readonly disk?: DiskOptions | undefined;
  readonly crashPoint?: CrashPoint | undefined;
  /** Pages the database may have; a test's stand-in for a disk that is full. */
  readonly maxPages?: number | undefined;
}

/** The writing half of an open home, wherever it runs: texts of calls in, a text of replies out. */
export interface WriterHost {
  readonly boot: string;
  readonly epoch: string;
  readonly health: StoreHealth;
  /** Runs what waits, in groups. `reply` is called after each COMMIT. Throws where the process must end. */
  run(batches: readonly string[], reply: (text: string) => void): void;
  /** Upkeep that is due without any call: room on the disk, the length of the write-ahead log. */
  tend(): void;
  close(): void;
}

/** Calls in one transaction at most, so that nobody waits long for a crowd. */
const mostInGroup = 256;
/** Entries in one transaction of the full-text index, and the calls that bring about as many: a slice is a few ms. */
const indexedEntries = 128;
const indexCalls = 192;
/** Slices when there is nothing else to do. */
const indexedSlices = 8;
/** Calls after which the log is brought into the database. */
const checkpointCalls = 4_096;
/** A log of this length means that a reader holds it: it is told in `health`. */
const mostLogBytes = 64 * 1024 * 1024;

export function createWriterHost(options: WriterOptions): WriterHost {
  const { path } = options;
  const point = createPoint(options.crashPoint);
  const home = openHome(path, { ...options, point });
  limitPages(home, options.maxPages);
  const disk = path === inMemory ? createNoDisk() : createDisk(path, options.disk);
  const { db, boot, seal } = home;
  const view = { db, path, boot, seal, vectors: createVectorCache() };
  const queue = { queued: home.queued };
  const deps: GroupDeps = { home, disk, queue, point };
  const since = { index: 0, checkpoint: 0 };
  let longLog = false;
  /** Brings words of new entries into the index; true where there are more. */
  const index = (now: number): boolean => {
    since.index = 0;
    if (disk.level !== 'ok') return false;
    const [reply] = commitGroup(deps, [[0, 'indexText', { limit: indexedEntries }]], now);
    return reply?.[1] === indexedEntries;
  };
  const checkpoint = (): void => {
    since.checkpoint = 0;
    point('checkpoint.before');
    home.db.raw.exec('PRAGMA wal_checkpoint(PASSIVE)');
    point('checkpoint.after');
  };
  return {
    boot: home.boot,
    epoch: home.epoch,
    get health() {
      return toHealth(disk.level, longLog);
    },
    run(batches, reply) {
      const { calls, now = home.readNow() } = toCalls(batches);
      disk.look(now);
      const writes = calls.filter(([, op]) => isTransaction(op));
      for (const group of toGroups(writes)) {
        const replies = commitGroup(deps, group, now);
        point('store.before.reply');
        reply(toReplies(replies));
        point('store.after.reply');
        since.index += group.length;
        since.checkpoint += group.length;
      }
      const reads = calls.filter(([, op]) => !isTransaction(op));
      if (reads.length > 0) reply(toReplies(runReads(reads, { ...view, now })));
      // After the replies, so that nobody waits for it but whoever comes next.
      if (since.index >= indexCalls) index(now);
      if (since.checkpoint >= checkpointCalls) checkpoint();
      if (writes.some(([, op]) => op === 'endPurge')) forgetLog(home);
    },
    tend() {
      disk.keepReserve();
      if (since.checkpoint > 0) {
        const now = home.readNow();
        for (let slice = 0; slice < indexedSlices && index(now); slice += 1);
        checkpoint();
      }
      longLog = logBytes(path) > mostLogBytes;
    },
    close: () => home.close(),
  };
}

/** What was purged is in the log as it was before. */
function forgetLog({ db }: Home): void {
  db.raw.exec('PRAGMA wal_checkpoint(TRUNCATE)');
}

function limitPages({ db }: Home, maxPages: number | undefined): void {
  if (maxPages !== undefined) db.raw.exec(`PRAGMA max_page_count = ${maxPages}`);
}

function toHealth(disk: StoreHealth['disk'], longLog: boolean): StoreHealth {
  const detail =
    disk === 'ok'
      ? longLog && 'The write-ahead log is long: a reader holds it open.'
      : `The disk is ${disk === 'low' ? 'nearly full' : 'full'}: nothing new is taken in.`;
  return { writable: disk === 'ok', disk, ...(detail && { detail }) };
}

function logBytes(path: string): number {
  return statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
}

/** The calls of several messages, with the latest time. */
function toCalls(texts: readonly string[]): Batch {
  // Our own main thread wrote them, in the shape of `Batch`.
  const batches = texts.map((text) => JSON.parse(text) as Batch);
  return { now: batches.at(-1)?.now, calls: batches.flatMap(({ calls }) => calls) };
}

function* toGroups(calls: readonly Call[]): Generator<readonly Call[]> {
  for (let at = 0; at < calls.length; at += mostInGroup) yield calls.slice(at, at + mostInGroup);
}
