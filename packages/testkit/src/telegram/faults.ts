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

/** The call that a fault may strike. */
export interface FaultCall {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

export function isMeant(fault: Fault, { method, params }: FaultCall): boolean {
  return (
    (fault.method === undefined || fault.method === method) &&
    (fault.match === undefined || fault.match(params))
  );
}
