import type { CuttleError } from '@cuttle/core-types/errors';
import type { Store, StoreHealth } from '@cuttle/core-types/ports';
import { toClosed } from './closed.ts';
import type { CrashPoint } from './crash-point.ts';
import type { DiskOptions } from './disk.ts';
import { createBlobs, createJournal, createReader } from './ports-over.ts';
import { createReading } from './reading.ts';
import { startThread } from './thread.ts';
import type { WriterOptions } from './writer-host.ts';

export interface SqliteStoreOptions {
  /** The database file; its folder is made. */
  readonly path: string;
  /** The folder of blobs. */
  readonly blobsPath: string;
  /** The entries of the two threads; a bundle names its own. */
  readonly writerUrl?: URL | undefined;
  readonly readerUrl?: URL | undefined;
  /** Unix ms. Absent: the database's clock. */
  readonly now?: (() => number) | undefined;
  /** Where the keys are that chain the records; made where it is missing. Absent: records are not chained. */
  readonly recordKeysFile?: string | undefined;
  readonly disk?: DiskOptions | undefined;
  /** For crash tests. */
  readonly crashPoint?: CrashPoint | undefined;
}

/**
 * A SQLite home: one writer in a thread with group commit, reads in another one, started when there are enough of them.
 * The caller's thread never touches the disk. Throws `store.single-process`, `store.newer`, `store.corrupt`, `store.unsupported`.
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const { path, blobsPath, now } = options;
  const failed = Promise.withResolvers<unknown>();
  let health: StoreHealth = { writable: true, disk: 'ok' };
  let isOpen = true;
  const onFailed = (error: CuttleError): void => {
    health = { writable: false, disk: health.disk, detail: error.message };
    failed.resolve(error);
  };
  const writer = await startThread<StoreHealth>({
    url: options.writerUrl ?? entry('writer'),
    data: toWriterOptions(options),
    now,
    onFailed,
    onHealth: (told) => {
      health = told;
    },
  });
  const { boot, epoch } = writer;
  health = writer.health;
  const reading = createReading({
    writer: writer.call,
    start: () =>
      startThread({
        url: options.readerUrl ?? entry('reader-worker'),
        data: { path, boot, recordKeysFile: options.recordKeysFile },
        now,
        onFailed,
      }),
  });
  return {
    journal: createJournal(writer.call),
    reader: createReader({ read: reading.call, write: writer.call }),
    blobs: createBlobs(blobsPath, { write: writer.call, read: reading.call }),
    boot,
    epoch,
    health: () => health,
    failed: failed.promise,
    async [Symbol.asyncDispose]() {
      if (!isOpen) return;
      isOpen = false;
      // The last connection brings the log into the database, so the writer goes last.
      await reading.close(toClosed());
      await writer.close(toClosed());
    },
  };
}

function toWriterOptions({ now, ...options }: SqliteStoreOptions): WriterOptions {
  const { path, recordKeysFile, disk, crashPoint } = options;
  return { path, now: now?.(), recordKeysFile, disk, crashPoint };
}

/** The entry of a thread beside this file: TypeScript in the sources, JavaScript in the published package. */
function entry(name: 'writer' | 'reader-worker'): URL {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new URL(`./${name}.${extension}`, import.meta.url);
}
