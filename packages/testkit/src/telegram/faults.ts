/** What goes wrong, and when: before the method takes effect, or after it but before the bot is told. */
export interface Fault {
  /** Method name; any method without it. */
  readonly method?: string;
  /** Which calls, beside the method. */
  readonly match?: (params: Readonly<Record<string, unknown>>) => boolean;
  /** How many calls; 1 without it. */
  readonly times?: number;
  /** `after` is the ambiguous case: the effect is there, the answer is not. `before` without it. */
  readonly when?: 'before' | 'after';
  readonly act: FaultAct;
}

export type FaultAct =
  /** The connection is cut. */
  | 'cut'
  /** No answer until the bot goes away. */
  | 'hang'
  /** An error as the Bot API words it. */
  | {
      readonly code: number;
      readonly description?: string;
      readonly retryAfter?: number;
      readonly migrateTo?: number;
    }
  /** Any HTTP answer, such as the page of a proxy. */
  | { readonly status: number; readonly body: string; readonly contentType?: string }
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
    method: string,
    params: Readonly<Record<string, unknown>>,
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
    take(method, params, when) {
      const hit = active.find(
        ({ fault, left }) =>
          left > 0 &&
          (fault.when ?? 'before') === when &&
          (fault.method === undefined || fault.method === method) &&
          (fault.match === undefined || fault.match(params)),
      );
      if (hit === undefined) return undefined;
      hit.left -= 1;
      hit.struck += 1;
      return hit.fault.act;
    },
  };
}
