/** When a fault strikes: before the call takes effect, or after it but before the caller is told, which is the ambiguous case. */
export type FaultMoment = 'before' | 'after';

/** What a fault of any platform says beside its calls. */
export interface CallFault<Act> {
  /** How many calls; 1 without it. */
  readonly times?: number;
  /** `after` is the ambiguous case: the effect is there, the answer is not. `before` without it. */
  readonly when?: FaultMoment;
  readonly act: Act;
}

/** What becomes of a call over HTTP that a fault strikes; `Refusal` is an error in the platform's own words. */
export type HttpFaultAct<Refusal> =
  /** The connection is cut; of a file, after half of it where `when` is `after`. */
  | 'cut'
  /** No answer until the caller goes away. */
  | 'hang'
  | Refusal
  /** Any HTTP answer, such as the page of a proxy. */
  | { readonly status: number; readonly body: string; readonly contentType?: string }
  /** The call goes on when the promise resolves. */
  | { readonly wait: Promise<void> };

export interface FaultHandle extends Disposable {
  /** How often it struck. */
  readonly struck: number;
}

/** The faults of a server, in the order in which they were added. */
export interface Faults<Fault extends CallFault<unknown>, Call> {
  add(fault: Fault): FaultHandle;
  /** The first fault that strikes this call at this moment; it counts as used. */
  take(call: Call, when: FaultMoment): Fault['act'] | undefined;
}

/** `isMeant`: whether a fault is for a call. */
export function createFaults<Fault extends CallFault<unknown>, Call>(
  isMeant: (fault: Fault, call: Call) => boolean,
): Faults<Fault, Call> {
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
    take(call, when) {
      const hit = active.find(
        ({ fault, left }) => left > 0 && (fault.when ?? 'before') === when && isMeant(fault, call),
      );
      if (hit === undefined) return undefined;
      hit.left -= 1;
      hit.struck += 1;
      return hit.fault.act;
    },
  };
}
