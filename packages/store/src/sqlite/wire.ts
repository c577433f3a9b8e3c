import { CuttleError, isCuttleError } from '@cuttle/core-types/errors';
import type { CuttleErrorOptions, ErrorCode } from '@cuttle/core-types/errors';

/**
 * What crosses between threads: one JSON text per turn, both ways. JSON costs the main thread less than a structured
 * clone of the same values, and the inline store uses it too, so that nobody ever shares an object with the store.
 */
export interface Batch {
  /** Unix ms of the caller's clock; absent: the database's own. */
  readonly now?: number | undefined;
  readonly calls: readonly Call[];
}
export type Call = readonly [id: number, op: string, input?: unknown];
/** A value that is `undefined` is not there. */
export type Reply =
  | readonly [id: number]
  | readonly [id: number, value: unknown]
  | readonly [id: number, value: null, failure: Failure];

export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly options?: Pick<CuttleErrorOptions, 'hint' | 'details' | 'retryAfterMs'>;
}

/** What a thread says of itself, beside the texts of replies. */
export type Signal<Health> =
  | {
      readonly type: 'ready';
      readonly boot: string;
      readonly epoch: string;
      readonly health: Health;
    }
  | { readonly type: 'refused'; readonly failure: Failure }
  | { readonly type: 'failed'; readonly failure: Failure }
  | { readonly type: 'health'; readonly health: Health }
  | { readonly type: 'closed' };

/** The text of a batch whose calls are encoded already. */
export function toBatch(calls: readonly string[], now: number | undefined): string {
  const time = now === undefined ? '' : `"now":${now},`;
  return `{${time}"calls":[${calls.join(',')}]}`;
}

/** The text of replies; one that cannot be encoded is told as a failure, beside the others. */
export function toReplies(replies: readonly Reply[]): string {
  return `[${replies.map(encodeReply).join(',')}]`;
}

function encodeReply(reply: Reply): string {
  try {
    return JSON.stringify(reply);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const failure: Failure = { code: 'internal', message: 'The answer is nested too deeply.' };
    return JSON.stringify([reply[0], null, failure]);
  }
}

export function toReply(id: number, value: unknown): Reply {
  return value === undefined ? [id] : [id, value];
}

export function toFailure(error: unknown): Failure {
  if (!isCuttleError(error)) {
    const message = error instanceof Error ? error.message : String(error);
    return { code: 'internal', message };
  }
  const { code, message, hint, details, retryAfterMs } = error;
  return {
    code,
    message,
    options: {
      hint,
      ...(details && { details }),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    },
  };
}

export function fromFailure({ code, message, options }: Failure): CuttleError {
  return new CuttleError(code, message, options);
}
