import type { ErrorTurn } from '../http-fault.ts';
import { event, type Frame, type WireAnswer, wholeAnswer } from '../wire-frame.ts';

/** What the service says of a request that it does not take. */
export interface Refusal {
  readonly message: string;
  readonly details?: readonly object[];
}

/** How an answer goes out: `sse` was asked for by `alt=sse`, a `list` is one JSON array, `whole` one object. */
export type Delivery = 'sse' | 'list' | 'whole';

/** https://ai.google.dev/gemini-api/docs/troubleshooting and https://cloud.google.com/apis/design/errors */
const statuses: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'ABORTED',
  429: 'RESOURCE_EXHAUSTED',
  499: 'CANCELLED',
  500: 'INTERNAL',
  501: 'UNIMPLEMENTED',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

function errorOf(status: number, { message, details }: Refusal): object {
  const name = statuses[status] ?? (status < 500 ? 'FAILED_PRECONDITION' : 'UNAVAILABLE');
  return { error: { code: status, message, status: name, ...(details && { details }) } };
}

/** `{"error":{"code","message","status","details"}}`, in a list where the answer would have been one. */
export function refuse(status: number, refusal: Refusal, delivery: Delivery = 'sse'): WireAnswer {
  const error = errorOf(status, refusal);
  const body = JSON.stringify(delivery === 'list' ? [error] : error, undefined, 2);
  const contentType = 'application/json; charset=UTF-8';
  return {
    ...wholeAnswer(status, `${body}\n`, {
      'content-type': contentType,
      'server-timing': 'gfet4t7; dur=1',
    }),
  };
}

/** A field that the service does not know, or a value that it cannot read. */
export function badField(field: string, description: string): Refusal {
  const fieldViolations = [{ ...(field !== '' && { field }), description }];
  return {
    message: description,
    details: [{ '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations }],
  };
}

export const badKey: Refusal = {
  message: 'API key not valid. Please pass a valid API key.',
  details: [
    {
      '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
      reason: 'API_KEY_INVALID',
      domain: 'googleapis.com',
      metadata: { service: 'generativelanguage.googleapis.com' },
    },
  ],
};

const defaults: Readonly<Record<number, string>> = {
  401: 'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.',
  403: 'Your project has been denied access. Please contact support.',
  429: 'You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits.',
  500: 'An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting',
  503: 'The model is overloaded. Please try again later.',
  504: 'Deadline expired before operation could complete.',
  529: 'The model is overloaded. Please try again later.',
};

export function encodeError({ status, headers, body }: ErrorTurn): WireAnswer {
  const answer =
    body === undefined
      ? refuse(status, defaultRefusal(status, headers['retry-after']))
      : wholeAnswer(status, body);
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

/** The service says in the body, not in a header, when to come back. https://cloud.google.com/apis/design/errors#error_details */
function defaultRefusal(status: number, retryAfter: string | undefined): Refusal {
  const message = defaults[status] ?? `Status ${status}`;
  if (status !== 429 || retryAfter === undefined) return { message };
  return {
    message: `${message} \nPlease retry in ${retryAfter}s.`,
    details: [
      { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${retryAfter}s` },
    ],
  };
}

/** An error after the head has gone out takes the place of a chunk. */
export function errorEvent(message: string): Frame {
  return event(`data: ${JSON.stringify(errorOf(503, { message }))}\r\n\r\n`);
}
