import { openDatabase, query } from './database.ts';
import { runReads } from './read-calls.ts';
import { readRecordSeal } from './record-keys.ts';
import { createVectorCache } from './vector-cache.ts';
import { type Batch, toReplies } from './wire.ts';

export interface ReaderOptions {
  readonly path: string;
  /** The opening this reader belongs to. */
  readonly boot: string;
  readonly recordKeysFile?: string | undefined;
}

/** The reading half of an open home: a text of calls in, a text of replies out. */
export interface ReaderHost {
  run(text: string): string;
  close(): void;
}

const selectNow = query<{ now: number }>(
  `SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER) AS now`,
);

export function createReaderHost({ path, boot, recordKeysFile }: ReaderOptions): ReaderHost {
  const db = openDatabase(path, { readOnly: true });
  const seal = readRecordSeal(recordKeysFile, 'leave');
  const vectors = createVectorCache();
  db.raw.exec('PRAGMA query_only = ON');
  db.raw.exec('PRAGMA cache_size = -4000');
  return {
    run(text) {
      const batch = JSON.parse(text) as Batch; // written by our own main thread
      const now = batch.now ?? db.find(selectNow)?.now ?? 0;
      return toReplies(runReads(batch.calls, { db, path, now, boot, seal, vectors }));
    },
    close: () => db.close(),
  };
}
