/**
 * What goes wrong between a model service and its client: answers that are errors, and answers that
 * break on the way. The second kind stands among the parts of a turn, at the place where it happens.
 */

/** Where in the answer's body a fault strikes, when it is not simply its place in the turn. */
export type FaultPlace = { readonly afterBytes: number } | { readonly afterEvents: number };

/** `cut` destroys the socket, `stall` sends no more and waits for the client to leave, `end` closes cleanly but too soon. */
export interface BreakFault {
  readonly type: 'break';
  readonly how: 'cut' | 'stall' | 'end';
  readonly place?: FaultPlace;
}

/** An event that the service would never send; by default one that is not JSON. Afterwards the answer goes on. */
export interface MalformedFault {
  readonly type: 'malformed';
  /** The bytes as they go over the wire, with their own line ends. */
  readonly raw?: string;
}

export interface ContentTypeFault {
  readonly type: 'content-type';
  readonly contentType: string;
}

/** The error event that services send when something fails after the status line has gone out. */
export interface StreamErrorFault {
  readonly type: 'stream-error';
  readonly errorType: string;
  readonly message: string;
}

export type Fault = BreakFault | MalformedFault | ContentTypeFault | StreamErrorFault;

/** An answer with a status other than 200. */
export interface ErrorTurn {
  readonly type: 'error';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Text as it is, or an object that is sent as JSON; by default the service's own body for the status. */
  readonly body?: string | object;
  readonly delayMs: number;
}

export function cut(place?: FaultPlace): BreakFault {
  return { type: 'break', how: 'cut', ...(place === undefined ? {} : { place }) };
}

export function stall(place?: FaultPlace): BreakFault {
  return { type: 'break', how: 'stall', ...(place === undefined ? {} : { place }) };
}

export function endEarly(place?: FaultPlace): BreakFault {
  return { type: 'break', how: 'end', ...(place === undefined ? {} : { place }) };
}

export function malformed(raw?: string): MalformedFault {
  return { type: 'malformed', ...(raw === undefined ? {} : { raw }) };
}

export function wrongContentType(contentType = 'text/plain'): ContentTypeFault {
  return { type: 'content-type', contentType };
}

export function streamError(
  message = 'Overloaded',
  errorType = 'overloaded_error',
): StreamErrorFault {
  return { type: 'stream-error', errorType, message };
}

export function failWith(
  status: number,
  options: {
    readonly body?: string | object;
    readonly headers?: Readonly<Record<string, string>>;
    readonly delayMs?: number;
  } = {},
): ErrorTurn {
  return { type: 'error', status, headers: {}, delayMs: 0, ...options };
}

/** 429 with the header that says when to come back. https://www.rfc-editor.org/rfc/rfc9110#name-retry-after */
export function rateLimited(retryAfterSeconds: number | string = 1): ErrorTurn {
  return failWith(429, { headers: { 'retry-after': String(retryAfterSeconds) } });
}

/** 529, Anthropic's status for a service that is overloaded as a whole. */
export function overloaded(): ErrorTurn {
  return failWith(529);
}

/** What a proxy in front of the service says: HTML where JSON is expected. */
export function htmlError(status = 502): ErrorTurn {
  const title = `${status} Bad Gateway`;
  return failWith(status, {
    headers: { 'content-type': 'text/html' },
    body: `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>cloudflare</center>\r\n</body>\r\n</html>\r\n`,
  });
}
