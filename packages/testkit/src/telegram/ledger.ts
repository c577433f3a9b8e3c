import type { Changes } from '../signals.ts';
import type { WireResponse } from './wire.ts';

/** One call of the bot, in the order of arrival. */
export interface LedgerEntry {
  readonly seq: number;
  /** Unix ms of arrival. */
  readonly at: number;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Names of uploaded files. */
  readonly files: readonly string[];
  /** Parameters the Bot API does not know; the real server ignores them. */
  readonly unknown: readonly string[];
  /** The method took effect, whatever the bot was told. */
  readonly processed: boolean;
  /** `gone`: the bot dropped the connection first; `cut`: an injected fault did. */
  readonly state: 'pending' | 'answered' | 'cut' | 'gone';
  readonly response?: WireResponse;
  readonly answeredAt?: number;
}

/** Offsets the bot confirmed, logged when it did. */
export interface Acknowledgement {
  readonly updateId: number;
  readonly at: number;
  readonly by: 'getUpdates' | 'webhook';
}

export interface LedgerLine {
  readonly entry: LedgerEntry;
  update(change: Partial<Omit<LedgerEntry, 'seq' | 'at' | 'method'>>): void;
}

export interface Ledger {
  readonly entries: readonly LedgerEntry[];
  readonly acknowledgements: readonly Acknowledgement[];
  open(call: Pick<LedgerEntry, 'method' | 'params' | 'files' | 'unknown'>): LedgerLine;
  acknowledge(updateId: number, by: Acknowledgement['by']): void;
}

export function createLedger(deps: { now: () => number; changes: Changes }): Ledger {
  const entries: LedgerEntry[] = [];
  const acknowledgements: Acknowledgement[] = [];
  return {
    entries,
    acknowledgements,
    open(call) {
      const index = entries.length;
      let entry: LedgerEntry = {
        ...call,
        seq: index + 1,
        at: deps.now(),
        processed: false,
        state: 'pending',
      };
      entries.push(entry);
      deps.changes.notify();
      return {
        get entry() {
          return entry;
        },
        update(change) {
          entry = { ...entry, ...change };
          entries[index] = entry;
          deps.changes.notify();
        },
      };
    },
    acknowledge(updateId, by) {
      acknowledgements.push({ updateId, at: deps.now(), by });
      deps.changes.notify();
    },
  };
}
