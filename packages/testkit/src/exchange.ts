import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpFaultAct } from './faults.ts';

/** One call of a messenger's HTTP interface. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: string | Uint8Array;
  /** None without it. */
  readonly contentType?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** How a call ended that a fault struck. */
export type FaultEnd =
  | { readonly state: 'cut' }
  /** The caller went away without an answer. */
  | { readonly state: 'gone' }
  | { readonly state: 'answered'; readonly status: number };

export interface Strike<Refusal> {
  readonly act: HttpFaultAct<Refusal> | undefined;
  /** The platform's words; what it throws is thrown. */
  refuse(refusal: Refusal): HttpAnswer;
  onEnd(end: FaultEnd): void;
}

/** True where the fault was the answer. */
export async function strike<Refusal extends object>(
  { request, response }: Exchange,
  { act, refuse, onEnd }: Strike<Refusal>,
): Promise<boolean> {
  if (act === undefined) return false;
  if (act === 'cut') {
    onEnd({ state: 'cut' });
    request.socket.destroy();
    return true;
  }
  if (act === 'hang') {
    await untilClosed(response);
    onEnd({ state: 'gone' });
    return true;
  }
  if (isWait(act)) {
    await act.wait;
    return false;
  }
  const answer = isAnswer(act) ? { contentType: 'text/html', ...act } : refuse(act as Refusal); // no refusal has a body, and all else is one
  send(response, answer);
  onEnd({ state: 'answered', status: answer.status });
  return true;
}

function untilClosed(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (response.destroyed) resolve();
    else response.once('close', () => resolve());
  });
}

function isWait(act: object): act is { readonly wait: Promise<void> } {
  return 'wait' in act;
}

function isAnswer(act: object): act is HttpAnswer {
  return 'body' in act;
}

export function send(
  response: ServerResponse,
  { status, body, contentType, headers }: HttpAnswer,
): void {
  response.writeHead(status, {
    ...(contentType !== undefined && { 'content-type': contentType }),
    // A 204 states no length. RFC 9110 8.6
    ...(status !== 204 && { 'content-length': Buffer.byteLength(body) }),
    ...headers,
  });
  response.end(body);
}

/** A file whose connection breaks in its middle. */
export function sendHalf(response: ServerResponse, { body, contentType }: HttpAnswer): void {
  const bytes = Buffer.from(body);
  response.writeHead(200, {
    ...(contentType !== undefined && { 'content-type': contentType }),
    'content-length': bytes.length,
  });
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy());
}

/** The bytes of a request; throws where there are more than `maxBytes`. */
export async function readBytes(
  request: IncomingMessage,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request) {
    const bytes = chunk as Uint8Array; // a request without an encoding gives bytes
    length += bytes.length;
    if (length > maxBytes) throw new TypeError('The body is too large');
    chunks.push(bytes);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

/** The fields and files of a `multipart/form-data`. RFC 7578 */
export function readForm(bytes: Uint8Array<ArrayBuffer>, contentType: string): Promise<FormData> {
  return new Response(bytes, { headers: { 'content-type': contentType } }).formData();
}
