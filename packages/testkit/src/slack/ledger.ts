import type { Json } from '@cuttle/core-types';
import { createCallLedger, type Ledger } from '../call-ledger.ts';
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

export type Asked = 'method' | 'args';

export function createLedger(deps: {
  now: () => number;
  changes: Changes;
}): Ledger<LedgerEntry, Asked> {
  return createCallLedger<LedgerEntry, Asked>(deps, {
    processed: false,
    error: undefined,
    status: undefined,
    state: 'pending',
  });
}
