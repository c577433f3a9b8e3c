import type { Json } from '@cuttle/core-types';
import type { GraphFault } from './failure.ts';
import type { GraphCallName } from './ledger.ts';

/** What goes wrong with calls, and when: before the call takes effect, or after it but before the caller is told. */
export interface Fault {
  /** Any call without it. */
  readonly call?: GraphCallName;
  readonly match?: (body: Json) => boolean;
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
  /** An error as the Graph API words it. */
  | GraphFault
  /** Any HTTP answer, such as the page of a proxy. */
  | { readonly status: number; readonly text: string; readonly contentType?: string }
  /** The call goes on when the promise resolves. */
  | { readonly wait: Promise<void> };

/** The call that a fault may strike. */
export interface FaultCall {
  readonly call: GraphCallName;
  readonly body: Json;
}

export function isMeant(fault: Fault, { call, body }: FaultCall): boolean {
  return (
    (fault.call === undefined || fault.call === call) &&
    (fault.match === undefined || fault.match(body))
  );
}
