import type { Json } from '@cuttle/core-types';
import type { Changes } from '../signals.ts';

/** What a call is for, whatever its path: several share `POST /{number}/messages`. */
export type GraphCallName =
  | 'send'
  | 'read'
  | 'upload'
  | 'media'
  | 'delete-media'
  | 'file'
  | 'number'
  | 'configure'
  | 'commands'
  | 'unknown';

/** A call of the Graph API. */
export interface LedgerEntry {
  readonly seq: number;
  /** Unix ms of arrival. */
  readonly at: number;
  readonly call: GraphCallName;
  readonly method: string;
  /** With its version: `/v26.0/1060/messages`. */
  readonly path: string;
  readonly body: Json;
  /** It took effect, whatever became of the answer. */
  readonly processed: boolean;
  /** Undefined as long as nothing was answered. */
  readonly status: number | undefined;
  readonly state: 'pending' | 'answered' | 'cut';
}

export interface LedgerLine {
  update(change: Partial<Pick<LedgerEntry, 'processed' | 'status' | 'state'>>): void;
}

export interface Ledger {
  readonly entries: readonly LedgerEntry[];
  open(call: Pick<LedgerEntry, 'call' | 'method' | 'path' | 'body'>): LedgerLine;
}

export function createLedger(deps: { now: () => number; changes: Changes }): Ledger {
  const entries: LedgerEntry[] = [];
  return {
    entries,
    open(call) {
      const index = entries.length;
      const fresh = { processed: false, status: undefined, state: 'pending' } as const;
      let entry: LedgerEntry = { ...call, ...fresh, seq: index + 1, at: deps.now() };
      entries.push(entry);
      deps.changes.notify();
      return {
        update(change) {
          entry = { ...entry, ...change };
          entries[index] = entry;
          deps.changes.notify();
        },
      };
    },
  };
}
