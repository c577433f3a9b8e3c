import { toErrorBody } from '@cuttle/core-types/errors';
import { toCuttleError } from '@cuttle/core-types/errors';

/** What OpenAI's clients know for what happened: https://platform.openai.com/docs/guides/error-codes */
const known: Readonly<Record<string, { type: string; code: string }>> = {
  'access.unauthenticated': { type: 'invalid_request_error', code: 'invalid_api_key' },
  'access.locked-out': { type: 'requests', code: 'rate_limit_exceeded' },
  'model.unknown': { type: 'invalid_request_error', code: 'model_not_found' },
  'embeddings.unavailable': { type: 'invalid_request_error', code: 'model_not_found' },
  'request.unsupported': { type: 'invalid_request_error', code: 'unsupported_parameter' },
  'provider.overflow': { type: 'invalid_request_error', code: 'context_length_exceeded' },
  'provider.rate-limited': { type: 'requests', code: 'rate_limit_exceeded' },
  'provider.billing': { type: 'insufficient_quota', code: 'insufficient_quota' },
  'gateway.busy': { type: 'requests', code: 'rate_limit_exceeded' },
};

export interface WireError {
  readonly status: number;
  readonly body: { readonly error: { message: string; type: string; param: null; code: string } };
  readonly headers: Record<string, string>;
}

/** A failure in OpenAI's shape. Once a message is accepted, a retry by the SDK would be a second message: it is told not to. */
export function toWireError(error: unknown, { accepted }: { accepted: boolean }): WireError {
  const { code, message, hint, retryAfterMs } = toErrorBody(error);
  const { status } = toCuttleError(error).traits;
  const row = known[code] ?? {
    type: status < 500 ? 'invalid_request_error' : 'server_error',
    code,
  };
  const text = hint === undefined ? message : `${message} ${hint}`;
  return {
    status,
    body: { error: { message: text, type: row.type, param: null, code: row.code } },
    headers: {
      ...(accepted && { 'x-should-retry': 'false' }),
      ...(retryAfterMs !== undefined && { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) }),
    },
  };
}
