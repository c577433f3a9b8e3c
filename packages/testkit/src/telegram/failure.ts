import type { WireResponse } from './wire.ts';

/** An answer with `ok: false`, thrown by a method and written by the server. */
export class TelegramFailure extends Error {
  override readonly name = 'TelegramFailure';
  readonly code: number;
  readonly parameters: WireResponse['parameters'];

  constructor(code: number, description: string, parameters?: WireResponse['parameters']) {
    super(description);
    this.code = code;
    this.parameters = parameters;
  }
}

/** A 400 as the Bot API words it: the prefix, then the reason with a small first letter. */
export function badRequest(reason: string): TelegramFailure {
  return new TelegramFailure(400, `Bad Request: ${reason}`);
}

export function forbidden(reason: string): TelegramFailure {
  return new TelegramFailure(403, `Forbidden: ${reason}`);
}

export function tooManyRequests(retryAfterSeconds: number): TelegramFailure {
  return new TelegramFailure(429, `Too Many Requests: retry after ${retryAfterSeconds}`, {
    retry_after: retryAfterSeconds,
  });
}
