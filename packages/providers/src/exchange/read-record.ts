import { parseJson } from '@cuttle/core-types';
import { CuttleError, isCuttleError } from '@cuttle/core-types/errors';
import type { z } from 'zod';

/**
 * One record of an answer, typed. What is not JSON, or not of the expected shape, is `provider.malformed`:
 * a part of the answer is lost, and nobody knows which.
 */
export function readRecord<Schema extends z.ZodType>(
  schema: Schema,
  text: string,
  service: string,
): z.output<Schema> {
  try {
    return parseJson(schema, text);
  } catch (error) {
    if (!isCuttleError(error, 'request.invalid')) throw error;
    throw new CuttleError('provider.malformed', `${service} sent a record that cannot be read.`, {
      cause: error,
    });
  }
}

/** The body ended before the answer did. */
export function endedEarly(service: string): CuttleError {
  return new CuttleError('provider.network', `${service} ended its answer early.`, {
    hint: 'The connection was cut on the way; it can be tried again.',
  });
}
