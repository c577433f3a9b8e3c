import type { CallFault, HttpFaultAct } from '../faults.ts';
import type { LedgerEntry } from './ledger.ts';
import type { SlackFault } from './failure.ts';

/** What goes wrong with calls, and when: before the call takes effect, or after it but before the caller is told. */
export interface Fault extends CallFault<FaultAct> {
  /** Any call without it; any of several. */
  readonly method?: string | readonly string[];
  readonly match?: (args: LedgerEntry['args']) => boolean;
}

export type FaultAct = HttpFaultAct<SlackFault>;

/** The call that a fault may strike. */
export type FaultCall = Pick<LedgerEntry, 'method' | 'args'>;

export function isMeant(fault: Fault, { method, args }: FaultCall): boolean {
  return (
    (fault.method === undefined || [fault.method].flat().includes(method)) &&
    (fault.match === undefined || fault.match(args))
  );
}
