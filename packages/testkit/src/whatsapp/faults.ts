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

export interface FaultHandle extends Disposable {
  /** How often it struck. */
  readonly struck: number;
}

export interface Faults {
  add(fault: Fault): FaultHandle;
  /** The first fault that strikes this call at this moment; it counts as used. */
  take(
    call: { readonly call: GraphCallName; readonly body: Json },
    when: 'before' | 'after',
  ): FaultAct | undefined;
}

export function createFaults(): Faults {
  const active: { fault: Fault; left: number; struck: number }[] = [];
  return {
    add(fault) {
      const entry = { fault, left: fault.times ?? 1, struck: 0 };
      active.push(entry);
      return {
        get struck() {
          return entry.struck;
        },
        [Symbol.dispose]() {
          entry.left = 0;
        },
      };
    },
    take({ call, body }, when) {
      const hit = active.find(
        ({ fault, left }) =>
          left > 0 &&
          (fault.when ?? 'before') === when &&
          (fault.call === undefined || fault.call === call) &&
          (fault.match === undefined || fault.match(body)),
      );
      if (hit === undefined) return undefined;
      hit.left -= 1;
      hit.struck += 1;
      return hit.fault.act;
    },
  };
}
