import type { BreakFault } from './http-fault.ts';

/** A piece of an answer's body: one event to send, in text or in binary, or the place where the answer breaks. */
export type Frame =
  | { readonly kind: 'event'; readonly bytes: string | Uint8Array; readonly delayMs: number }
  | { readonly kind: 'break'; readonly fault: BreakFault };

/** An answer as it goes over the wire. `whole` is sent with its length, `stream` in chunks. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly frames: readonly Frame[];
  readonly framing: 'stream' | 'whole';
}

export function event(bytes: string | Uint8Array, delayMs = 0): Frame {
  return { kind: 'event', bytes, delayMs };
}

export function wholeAnswer(
  status: number,
  body: string | object,
  headers: Readonly<Record<string, string>> = {},
): WireAnswer {
  const bytes = typeof body === 'string' ? body : JSON.stringify(body);
  const contentType = typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json';
  return {
    status,
    headers: { 'content-type': contentType, ...headers },
    frames: [event(bytes)],
    framing: 'whole',
  };
}
