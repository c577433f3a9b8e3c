import {
  createCallLedger,
  type Ledger as CallLedger,
  type LedgerLine as CallLine,
} from '../call-ledger.ts';
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

type Asked = 'method' | 'params' | 'files' | 'unknown';

export type LedgerLine = CallLine<LedgerEntry>;

export interface Ledger extends CallLedger<LedgerEntry, Asked> {
  readonly acknowledgements: readonly Acknowledgement[];
  acknowledge(updateId: number, by: Acknowledgement['by']): void;
}

export function createLedger(deps: { now: () => number; changes: Changes }): Ledger {
  const acknowledgements: Acknowledgement[] = [];
  return {
    ...createCallLedger<LedgerEntry, Asked>(deps, { processed: false, state: 'pending' }),
    acknowledgements,
    acknowledge(updateId, by) {
      acknowledgements.push({ updateId, at: deps.now(), by });
      deps.changes.notify();
    },
  };
}
