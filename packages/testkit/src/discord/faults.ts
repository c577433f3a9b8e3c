import type { Json } from '@cuttle/core-types';

/** What goes wrong with calls of the REST API, and when: before the call takes effect, or after it but before the bot is told. */
export interface Fault {
  /** HTTP method; any without it. */
  readonly method?: string;
  /** A route such as `/channels/:channel/messages`; any without it. */
  readonly route?: string;
  readonly match?: (body: Json) => boolean;
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
  /** An error as Discord words it. https://discord.com/developers/docs/topics/opcodes-and-status-codes#json */
  | {
      readonly status: number;
      readonly code?: number;
      readonly message?: string;
      /** Seconds, of a 429. */
      readonly retryAfter?: number;
      readonly global?: boolean;
    }
  /** Any HTTP answer, such as the page of a proxy. */
  | { readonly status: number; readonly body: string; readonly contentType?: string }
  /** The call goes on when the promise resolves. */
  | { readonly wait: Promise<void> };

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
