import type { Json } from '@cuttle/core-types';
import { createCallLedger, type Ledger } from '../call-ledger.ts';
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

export type Asked = 'call' | 'method' | 'path' | 'body';

export function createLedger(deps: {
  now: () => number;
  changes: Changes;
}): Ledger<LedgerEntry, Asked> {
  const fresh = { processed: false, status: undefined, state: 'pending' } as const;
  return createCallLedger<LedgerEntry, Asked>(deps, fresh);
}
