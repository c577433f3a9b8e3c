import type { ErrorCode } from '@cuttle/core-types/errors';
import type { EventFrame, FrameError, MethodName, ServerFrame } from '@cuttle/core-types/protocol';
import { CuttleError, errorCodes } from '@cuttle/core-types/errors';

/**
 * A server's frame from its text; undefined for what is none. Written without zod, which would be most of the page's size:
 * only the envelope is looked at, payloads were made by the gateway from the same table as their types.
 */
export function decodeFrame(text: string): ServerFrame | undefined {
  const frame = parseObject(text);
  if (frame?.['type'] === 'event') return decodeEvent(frame);
  if (frame?.['type'] !== 'res' || typeof frame['id'] !== 'string') return undefined;
  const { id } = frame;
  if (frame['ok'] === true) return { type: 'res', id, ok: true, payload: frame['payload'] };
  return { type: 'res', id, ok: false, error: decodeError(frame['error']) };
}

export function requestText(id: string, method: MethodName, params: unknown): string {
  return JSON.stringify({ type: 'req', id, method, params });
}

/** The failure a gateway told of. A code of a newer gateway that this build does not know becomes `internal` and stays readable. */
export function toClientError({
  code,
  message,
  hint,
  retryAfterMs,
  details,
}: FrameError): CuttleError {
  const options = {
    ...(hint !== undefined && { hint }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
  if (isKnown(code))
    return new CuttleError(code, message, { ...options, ...(details && { details }) });
  return new CuttleError('internal', `${code}: ${message}`, {
    ...options,
    details: { ...details, code },
  });
}

function isKnown(code: string): code is ErrorCode {
  return errorCodes.some((known) => known === code);
}

function decodeEvent(frame: Readonly<Record<string, unknown>>): EventFrame | undefined {
  const { event, seq, payload } = frame;
  if (typeof event !== 'string') return undefined;
  return { type: 'event', event, seq: typeof seq === 'number' ? seq : 0, payload };
}

export function decodeError(value: unknown): FrameError {
  const error = isObject(value) ? value : {};
  const { code, message, hint, retryable, retryAfterMs, details } = error;
  return {
    code: typeof code === 'string' ? code : 'internal',
    message: typeof message === 'string' ? message : 'The gateway gave no reason.',
    retryable: retryable === true,
    ...(typeof hint === 'string' && { hint }),
    ...(typeof retryAfterMs === 'number' && { retryAfterMs }),
    ...(isObject(details) && { details }),
  };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
