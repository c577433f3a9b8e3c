import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toCuttleError } from '@cuttle/core-types/errors';
import type { Store } from '@cuttle/core-types/ports';
import type { CrashPoint } from './crash-point.ts';
import type { DiskOptions } from './disk.ts';
import { toClosed } from './closed.ts';
import { createMailbox } from './mailbox.ts';
import { createBlobs, createJournal, createReader } from './ports-over.ts';

export interface InlineStoreOptions {
  /** A file, or `:memory:`. */
  readonly path: string;
  readonly blobsPath?: string | undefined;
  /** Unix ms. Absent: the database's clock. */
  readonly now?: (() => number) | undefined;
  readonly recordKeysFile?: string | undefined;
  readonly disk?: DiskOptions | undefined;
  readonly crashPoint?: CrashPoint | undefined;
  readonly maxPages?: number | undefined;
}

/** The SQLite store without threads, for tests and small embedded uses: the same code, on the caller's thread. */
export async function openInlineStore(options: InlineStoreOptions): Promise<Store> {
  // Loaded here, so that a gateway with threads never loads SQLite in its main thread.
  const { createWriterHost } = await import('./writer-host.ts');
  const { blobsPath = join(tmpdir(), 'cuttle-blobs') } = options;
  const host = createWriterHost({ ...options, now: options.now?.() });
  const failed = Promise.withResolvers<unknown>();
  let isOpen = true;
  const mailbox = createMailbox({
    now: options.now,
    later: queueMicrotask,
    post(text) {
      try {
        host.run([text], (replies) => mailbox.receive(replies));
      } catch (error) {
        const failure = toCuttleError(error);
        failed.resolve(failure);
        mailbox.fail(failure);
      }
    },
  });
  const { call } = mailbox;
  return {
    journal: createJournal(call),
    reader: createReader({ read: call, write: call }),
    blobs: createBlobs(blobsPath, { write: call, read: call }),
    boot: host.boot,
    epoch: host.epoch,
    health: () => host.health,
    failed: failed.promise,
    async [Symbol.asyncDispose]() {
      if (!isOpen) return;
      isOpen = false;
      // What was asked in this very turn still gets its answer.
      await Promise.resolve();
      host.close();
      mailbox.fail(toClosed());
    },
  };
}
