import type { CallFault, HttpFaultAct } from '../faults.ts';
import type { Json } from '@cuttle/core-types';
import type { GraphFault } from './failure.ts';
import type { GraphCallName } from './ledger.ts';

/** What goes wrong with calls, and when: before the call takes effect, or after it but before the caller is told. */
export interface Fault extends CallFault<FaultAct> {
  /** Any call without it. */
  readonly call?: GraphCallName;
  readonly match?: (body: Json) => boolean;
}

export type FaultAct = HttpFaultAct<GraphFault>;

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
