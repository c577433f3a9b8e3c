import type { Changes } from './signals.ts';

interface Stamp {
  readonly seq: number;
  /** Unix ms of arrival. */
  readonly at: number;
}

export interface LedgerLine<Entry extends Stamp> {
  readonly entry: Entry;
  update(change: Partial<Omit<Entry, keyof Stamp>>): void;
}

/** What was called, in the order of arrival; `Asked` are the facts that are known when a call comes. */
export interface Ledger<Entry extends Stamp, Asked extends keyof Entry> {
  readonly entries: readonly Entry[];
  open(call: Pick<Entry, Asked>): LedgerLine<Entry>;
}

/** `fresh`: what is said of a call of which nothing has come yet. */
export function createCallLedger<Entry extends Stamp, Asked extends keyof Entry>(
  { now, changes }: { readonly now: () => number; readonly changes: Changes },
  fresh: Omit<Entry, Asked | keyof Stamp>,
): Ledger<Entry, Asked> {
  const entries: Entry[] = [];
  return {
    entries,
    open(call) {
      const index = entries.length;
      // The stamp, what is asked and what is fresh are all that an entry has.
      let entry = { ...fresh, ...call, seq: index + 1, at: now() } as Entry;
      entries.push(entry);
      changes.notify();
      return {
        get entry() {
          return entry;
        },
        update(change) {
          entry = { ...entry, ...change };
          entries[index] = entry;
          changes.notify();
        },
      };
    },
  };
}
