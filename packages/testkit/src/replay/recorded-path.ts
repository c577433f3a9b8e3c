import type { RecordedRequest } from '../recorded-request.ts';
import type { RecordedCase } from './recorded-case.ts';
import type { Delivery } from './transport-variant.ts';

/** What is wrong with a request that the recorded client would not have made. */
export function complaintAbout(
  { method, path, order }: RecordedRequest,
  { request }: RecordedCase,
): string | undefined {
  if (request === undefined) return undefined;
  if (method === request.method && pathOf(path) === pathOf(request.path)) return undefined;
  return `Request ${order} was ${method} ${path}, recorded was ${request.method} ${request.path}`;
}

/** The recorded path without what the client appends by itself; empty where no request is known. */
export function toBasePath({ request, name }: RecordedCase, suffix: string): string {
  if (request === undefined) return '';
  const path = pathOf(request.path);
  if (!path.endsWith(suffix)) {
    throw new TypeError(`The path of ${name} is ${path}, without ${suffix}`);
  }
  return path.slice(0, path.length - suffix.length);
}

/** An answer that was not recorded, with its length. */
export function errorDelivery(
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Delivery {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    writes: [Buffer.from(JSON.stringify(body))],
    pauseMs: 0,
    ending: 'complete',
    framing: 'length',
    encoding: 'plain',
  };
}

/** Two slashes at the head were recorded, and mean one. */
function pathOf(path: string): string {
  return (path.split('?')[0] ?? '').replace(/^\/+/, '/');
}
