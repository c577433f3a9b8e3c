import type { BlobStore } from './blobs.ts';
import type { Journal } from './journal.ts';
import type { Reader } from './reader.ts';

export interface StoreHealth {
  readonly writable: boolean;
  /** Below the "low" mark accept refuses and no new effect starts. */
  readonly disk: 'ok' | 'low' | 'full';
  readonly detail?: string;
}

/** One open home of data. Contract: opening takes sole ownership (`store.single-process` when another process has it), migrates, and makes every lease of an earlier boot dead. */
export interface Store extends AsyncDisposable {
  readonly journal: Journal;
  readonly reader: Reader;
  readonly blobs: BlobStore;
  /** Changes when the timeline does (restore, promotion); part of every cursor. */
  readonly epoch: string;
  /** This opening; the owner of its leases. */
  readonly boot: string;
  health(): StoreHealth;
  /** Resolves when the writer died or a commit's outcome is unknown: the process must end. */
  readonly failed: Promise<unknown>;
}
