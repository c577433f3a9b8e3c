import type { CallFault, HttpFaultAct } from '../faults.ts';
import type { Json } from '@cuttle/core-types';

/** What goes wrong with calls of the REST API, and when: before the call takes effect, or after it but before the bot is told. */
export interface Fault extends CallFault<FaultAct> {
  /** HTTP method; any without it. */
  readonly method?: string;
  /** A route such as `/channels/:channel/messages`; any without it. */
  readonly route?: string;
  readonly match?: (body: Json) => boolean;
}

/** An error as Discord words it. https://discord.com/developers/docs/topics/opcodes-and-status-codes#json */
export interface DiscordRefusal {
  readonly status: number;
  readonly code?: number;
  readonly message?: string;
  /** Seconds, of a 429. */
  readonly retryAfter?: number;
  readonly global?: boolean;
}

export type FaultAct = HttpFaultAct<DiscordRefusal>;

/** The call that a fault may strike. */
export interface FaultCall {
  readonly method: string;
  readonly route: string;
  readonly body: Json;
}

export function isMeant(fault: Fault, { method, route, body }: FaultCall): boolean {
  return (
    (fault.method === undefined || fault.method === method) &&
    (fault.route === undefined || fault.route === route) &&
    (fault.match === undefined || fault.match(body))
  );
}
