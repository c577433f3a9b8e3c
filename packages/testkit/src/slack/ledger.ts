import type { Json } from '@cuttle/core-types';
import type { Changes } from '../signals.ts';

/** A call of the Web API, or of an address that one named. */
export interface LedgerEntry {
  readonly seq: number;
  /** Unix ms of arrival. */
  readonly at: number;
  /** Such as `chat.postMessage`; `file` for a download, `upload` for the bytes of one. */
  readonly method: string;
  /** As they came, with what was JSON inside parsed. */
  readonly args: Readonly<Record<string, Json>>;
  /** It took effect, whatever became of the answer. */
  readonly processed: boolean;
  /** Slack's word where it refused. */
  readonly error: string | undefined;
  /** Undefined as long as nothing was answered. */
  readonly status: number | undefined;
  readonly state: 'pending' | 'answered' | 'cut';
}

export interface LedgerLine {
  update(change: Partial<Pick<LedgerEntry, 'processed' | 'status' | 'state' | 'error'>>): void;
}

export interface Ledger {
  readonly entries: readonly LedgerEntry[];
  open(call: Pick<LedgerEntry, 'method' | 'args'>): LedgerLine;
}

export function createLedger(deps: { now: () => number; changes: Changes }): Ledger {
  const entries: LedgerEntry[] = [];
  return {
    entries,
    open(call) {
      const index = entries.length;
      const fresh = {
        processed: false,
        error: undefined,
        status: undefined,
        state: 'pending',
      } as const;
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
