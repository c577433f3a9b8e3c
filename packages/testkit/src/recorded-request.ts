import { buffer } from 'node:stream/consumers';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** How a request ended: `aborted` means that the client left first, `cut` that a fault of the script did it. */
export type RequestOutcome = 'open' | 'answered' | 'aborted' | 'cut';

/** One HTTP request as it arrived. Its headers are without secrets. */
export interface RecordedRequest {
  /** From 1, in the order in which request heads arrived. */
  readonly order: number;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Which of the server's `apiKeys` it carried; `undefined` for none of them. */
  readonly keyIndex: number | undefined;
  /** The body as it came, and parsed if it is JSON. */
  readonly text: string;
  readonly body: unknown;
  /** Of the answer, once its head is sent. */
  readonly status: number | undefined;
  readonly outcome: RequestOutcome;
  /** Resolves when nothing more can happen: the answer is out or the client is gone. */
  readonly settled: Promise<void>;
  /** Milliseconds since the Unix epoch with fractions, from the monotonic clock. */
  readonly timing: { readonly receivedAt: number; readonly endedAt: number | undefined };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type OpenRequest = Mutable<RecordedRequest> & {
  timing: { receivedAt: number; endedAt: number | undefined };
};

export interface Recording {
  readonly request: RecordedRequest;
  /** Aborts when the client is gone before the answer was out. */
  readonly gone: AbortSignal;
  /** Names the end before the socket closes, where the response itself cannot tell. */
  mark(outcome: 'answered' | 'cut'): void;
}

export interface RequestLog {
  readonly requests: readonly RecordedRequest[];
  record(incoming: IncomingMessage, response: ServerResponse): Promise<Recording>;
}

const secretHeaders = new Set([
  'authorization',
  'x-api-key',
  'api-key',
  'x-goog-api-key',
  'x-amz-security-token',
  'cookie',
  'proxy-authorization',
]);

export interface RequestLogOptions {
  readonly apiKeys: readonly string[];
  /** The oldest are forgotten beyond this many, so that a benchmark does not measure our memory. */
  readonly maxRequests: number;
  /** And beyond so much text in their bodies; 64 MB by default. */
  readonly maxCharacters?: number;
}

export function createRequestLog(options: RequestLogOptions): RequestLog {
  const requests: RecordedRequest[] = [];
  const { maxRequests, maxCharacters = 64_000_000 } = options;
  let count = 0;
  let characters = 0;
  function forget(): void {
    while (requests.length > 1 && (requests.length > maxRequests || characters > maxCharacters)) {
      characters -= requests.shift()?.text.length ?? 0;
    }
  }
  return {
    requests,
    async record(incoming, response) {
      count += 1;
      const settled = Promise.withResolvers<void>();
      const request = openRequest(incoming, count, settled.promise);
      request.keyIndex = keyIndexOf(incoming, options.apiKeys);
      requests.push(request);
      forget();
      const recording = watchEnd(request, response, settled.resolve);
      request.text = await readText(incoming);
      if (request.order >= (requests[0]?.order ?? 0)) characters += request.text.length;
      forget();
      request.body = parseOrUndefined(request.text);
      return recording;
    },
  };
}

function openRequest(
  incoming: IncomingMessage,
  order: number,
  settled: Promise<void>,
): OpenRequest {
  return {
    order,
    method: incoming.method ?? 'GET',
    path: incoming.url ?? '/',
    headers: withoutSecrets(incoming),
    keyIndex: undefined,
    text: '',
    body: undefined,
    status: undefined,
    outcome: 'open',
    settled,
    timing: { receivedAt: monotonicNow(), endedAt: undefined },
  };
}

function watchEnd(request: OpenRequest, response: ServerResponse, settle: () => void): Recording {
  const gone = new AbortController();
  response.once('close', () => {
    if (response.headersSent) request.status = response.statusCode;
    if (request.outcome === 'open') {
      request.outcome = response.writableFinished ? 'answered' : 'aborted';
    }
    request.timing.endedAt = monotonicNow();
    gone.abort();
    settle();
  });
  return {
    request,
    gone: gone.signal,
    mark(outcome) {
      request.outcome = outcome;
    },
  };
}

async function readText(incoming: IncomingMessage): Promise<string> {
  try {
    return (await buffer(incoming)).toString('utf8');
  } catch (error) {
    // The client left while sending; the request stays recorded with what it is: nothing.
    if (incoming.destroyed) return '';
    throw error;
  }
}

function parseOrUndefined(words: string): unknown {
  if (words === '') return undefined;
  try {
    return JSON.parse(words);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function withoutSecrets(incoming: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value === undefined) continue;
    const words = Array.isArray(value) ? value.join(', ') : value;
    headers[name] = secretHeaders.has(name) ? '[secret]' : words;
  }
  return headers;
}

function keyIndexOf(incoming: IncomingMessage, apiKeys: readonly string[]): number | undefined {
  const presented = presentedKey(incoming);
  const index = presented === undefined ? -1 : apiKeys.indexOf(presented);
  return index === -1 ? undefined : index;
}

function presentedKey({ headers }: IncomingMessage): string | undefined {
  const named = headers['x-api-key'] ?? headers['api-key'] ?? headers['x-goog-api-key'];
  if (typeof named === 'string') return named;
  const { authorization = '' } = headers;
  // A signed request names its key, and proves that it has the secret.
  const signed = /^AWS4-HMAC-SHA256 Credential=([^/,]+)\//.exec(authorization);
  return signed?.[1] ?? /^Bearer (.*)$/.exec(authorization)?.[1];
}

function monotonicNow(): number {
  return performance.timeOrigin + performance.now();
}
