import type { Json } from '@cuttle/core-types';
import { createCallLedger, type Ledger } from '../call-ledger.ts';
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
  /** It exceeded a limit that is counted. */
  readonly isOverLimit: boolean;
  /** Undefined as long as nothing was answered. */
  readonly status: number | undefined;
  readonly state: 'pending' | 'answered' | 'cut';
}

export type Asked = 'method' | 'route' | 'path' | 'query' | 'body';

export function createLedger(deps: {
  now: () => number;
  changes: Changes;
}): Ledger<LedgerEntry, Asked> {
  const fresh = {
    processed: false,
    isOverLimit: false,
    status: undefined,
    state: 'pending',
  } as const;
  return createCallLedger<LedgerEntry, Asked>(deps, fresh);
}
