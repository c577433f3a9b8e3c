import type { LedgerEntry } from './ledger.ts';
import type { SlackFault } from './failure.ts';

/** What goes wrong with calls, and when: before the call takes effect, or after it but before the caller is told. */
export interface Fault {
  /** Any call without it; any of several. */
  readonly method?: string | readonly string[];
  readonly match?: (args: LedgerEntry['args']) => boolean;
  /** How many calls; 1 without it. */
  readonly times?: number;
  /** `after` is the ambiguous case: the effect is there, the answer is not. `before` without it. */
  readonly when?: 'before' | 'after';
  readonly act: FaultAct;
}

export type FaultAct =
  /** The connection is cut; of a file, after half of it where `when` is `after`. */
  | 'cut'
  /** No answer until the caller goes away. */
  | 'hang'
  /** A refusal as Slack words it. */
  | SlackFault
  /** Any HTTP answer, such as the page of a proxy. */
  | { readonly status: number; readonly text: string; readonly contentType?: string }
  /** The call goes on when the promise resolves. */
  | { readonly wait: Promise<void> };

/** The call that a fault may strike. */
export type FaultCall = Pick<LedgerEntry, 'method' | 'args'>;

export function isMeant(fault: Fault, { method, args }: FaultCall): boolean {
  return (
    (fault.method === undefined || [fault.method].flat().includes(method)) &&
    (fault.match === undefined || fault.match(args))
  );
}
