import type { ErrorTurn } from '../http-fault.ts';
import type { IdSource } from '../id-source.ts';
import { event, type WireAnswer, wholeAnswer } from '../wire-frame.ts';

/** https://platform.claude.com/docs/en/api/errors */
const errorTypes: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  500: 'api_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};

const defaultMessages: Readonly<Record<number, string>> = {
  401: 'invalid x-api-key',
  413: 'Request exceeds the maximum size',
  429: "This request would exceed your organization's rate limit of 50,000 input tokens per minute.",
  500: 'Internal server error',
  529: 'Overloaded',
};

/** An error answer: `{"type":"error","error":{"type","message"},"request_id"}`, and the id in a header. */
export function refuse(status: number, message: string, ids: IdSource): WireAnswer {
  const requestId = `req_011${ids.tail(21)}`;
  const type = errorTypes[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error');
  return wholeAnswer(
    status,
    { type: 'error', error: { type, message }, request_id: requestId },
    { 'request-id': requestId },
  );
}

export function encodeError(turn: ErrorTurn, ids: IdSource): WireAnswer {
  const { status, headers, body } = turn;
  const answer =
    body === undefined
      ? refuse(status, defaultMessages[status] ?? `Status ${status}`, ids)
      : wholeAnswer(status, body, { 'request-id': `req_011${ids.tail(21)}` });
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

/** https://platform.claude.com/docs/en/build-with-claude/streaming: errors after the head come as an event. */
export function errorEvent(type: string, message: string): ReturnType<typeof event> {
  const data = JSON.stringify({ type: 'error', error: { details: null, type, message } });
  return event(`event: error\ndata: ${data}\n\n`);
}
