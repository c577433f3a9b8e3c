import { CuttleError } from '@cuttle/core-types/errors';
import type { Origin } from './located.ts';

/** A file that cannot be read as what its extension says. */
export function syntaxError(
  { source, line, column }: Origin,
  message: string,
  cause: unknown,
): CuttleError {
  const place = [source, line, column].filter((part) => part !== undefined).join(':');
  return new CuttleError('config.syntax', `${place}: ${message}`, {
    cause,
    details: { file: source, line, column },
  });
}
