import { type ErrorCode, type ErrorTraits, errorTraits } from './error-traits.ts';

export { type ErrorCode, errorCodes, type ErrorTraits } from './error-traits.ts';

export interface CuttleErrorOptions {
  readonly cause?: unknown;
  readonly hint?: string;
  readonly retryAfterMs?: number;
  readonly details?: Readonly<Record<string, unknown>>;
}

const brand = Symbol.for('cuttle.error');

/** A failure with a stable code, what happened (`message`) and the user's next step (`hint`). */
export class CuttleError extends Error {
  override readonly name = 'CuttleError';
  readonly [brand] = true;
  readonly code: ErrorCode;
  readonly hint: string;
  readonly retryAfterMs: number | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ErrorCode, message: string, options: CuttleErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.hint = options.hint ?? errorTraits[code].hint;
    this.retryAfterMs = options.retryAfterMs;
    this.details = options.details;
  }

  get traits(): ErrorTraits {
    return errorTraits[this.code];
  }
}

/** Safe across duplicate copies of this package, where `instanceof` lies. */
export function isCuttleError(
  error: unknown,
  ...codes: readonly ErrorCode[]
): error is CuttleError {
  if (!(error instanceof Error && brand in error && 'code' in error)) return false;
  return codes.length === 0 || codes.some((code) => code === error.code);
}

/** Puts a name on anything caught. Aborts are not failures: the caller must test them first. */
export function toCuttleError(error: unknown): CuttleError {
  return isCuttleError(error)
    ? error
    : new CuttleError('internal', 'Something unexpected went wrong.', { cause: error });
}

/** What may be shown outside of a failure. */
export interface ErrorBody {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly retryable: boolean;
  readonly retryAfterMs?: number | undefined;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

export function toErrorBody(error: unknown): ErrorBody {
  const { code, message, hint, retryAfterMs, details, traits: known } = toCuttleError(error);
  const shown = known.expose
    ? { message, ...(details && { details }) }
    : { message: 'Internal error' };
  return {
    code,
    ...shown,
    hint,
    retryable: known.retryable,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

/** The reason a run's signal carries when someone meant to stop it. A lost connection is not one. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
  readonly by: CancelledBy;
  constructor(by: CancelledBy) {
    super(`Cancelled by ${by}`);
    this.by = by;
  }
}
export type CancelledBy = 'user' | 'operator' | 'timeout' | 'shutdown' | 'interrupt' | 'disconnect';
