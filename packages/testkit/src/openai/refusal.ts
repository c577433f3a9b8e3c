import type { ErrorTurn } from '../http-fault.ts';
import type { IdSource } from '../id-source.ts';
import { event, type Frame, type WireAnswer, wholeAnswer } from '../wire-frame.ts';

/** What the service says of a request that it does not take. */
export interface Refusal {
  readonly message: string;
  readonly param: string | null;
  readonly code: string | null;
}

/** `{"error":{"message","type","param","code"}}`. https://platform.openai.com/docs/guides/error-codes */
export function refuse(status: number, refusal: Refusal, ids: IdSource): WireAnswer {
  const { message, param, code } = refusal;
  const error = { message, type: typeOf(status), param, code };
  return wholeAnswer(status, { error }, { 'x-request-id': `req_${ids.tail(32)}` });
}

function typeOf(status: number): string {
  if (status === 429) return 'requests';
  return status < 500 ? 'invalid_request_error' : 'server_error';
}

const defaults: Readonly<Record<number, Refusal>> = {
  401: {
    message:
      'Incorrect API key provided: ********. You can find your API key at https://platform.openai.com/account/api-keys.',
    param: null,
    code: 'invalid_api_key',
  },
  429: {
    message:
      'Rate limit reached for gpt-4.1-mini in organization org-testkit on requests per min (RPM): Limit 500, Used 500, Requested 1. Please try again in 1s.',
    param: null,
    code: 'rate_limit_exceeded',
  },
  500: {
    message: 'The server had an error while processing your request. Sorry about that!',
    param: null,
    code: null,
  },
  503: {
    message: 'The engine is currently overloaded, please try again later',
    param: null,
    code: null,
  },
};

export function encodeError(turn: ErrorTurn, ids: IdSource): WireAnswer {
  const { status, headers, body } = turn;
  const answer =
    body === undefined
      ? refuse(
          status,
          defaults[status] ?? { message: `Status ${status}`, param: null, code: null },
          ids,
        )
      : wholeAnswer(status, body, { 'x-request-id': `req_${ids.tail(32)}` });
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

/** An error after the head has gone out is an event without choices. */
export function errorEvent(type: string, message: string): Frame {
  const error = { message, type, param: null, code: null };
  return event(`data: ${JSON.stringify({ error })}\n\n`);
}
