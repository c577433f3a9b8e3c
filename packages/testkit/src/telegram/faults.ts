import type { CallFault, HttpFaultAct } from '../faults.ts';

/** What goes wrong, and when: before the method takes effect, or after it but before the bot is told. */
export interface Fault extends CallFault<FaultAct> {
  /** Method name; any method without it. */
  readonly method?: string;
  /** Which calls, beside the method. */
  readonly match?: (params: Readonly<Record<string, unknown>>) => boolean;
}

/** An error as the Bot API words it. */
export interface TelegramRefusal {
  readonly code: number;
  readonly description?: string;
  readonly retryAfter?: number;
  readonly migrateTo?: number;
}

export type FaultAct = HttpFaultAct<TelegramRefusal>;

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
