import type { Json } from '@cuttle/core-types';
import type { Changes } from '../signals.ts';

/** A call of the REST API. */
export interface LedgerEntry {
  readonly seq: number;
  readonly at: number;
  readonly method: string;
  /** Such as `/channels/:channel/messages`. */
  readonly route: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
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
  open(call: Pick<LedgerEntry, 'method' | 'route' | 'path' | 'query' | 'body'>): LedgerLine;
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
