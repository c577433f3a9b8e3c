import { CuttleError } from '@cuttle/core-types/errors';
import type { z } from 'zod';

/** The fault of settings that an adapter refuses: each value with its place in the configuration. */
export function settingsFault(place: string, error: z.ZodError): CuttleError {
  const faults = error.issues.map(
    ({ path, message }) => `${[place, ...path.map(String)].join('.')}: ${message}`,
  );
  return new CuttleError('config.invalid', faults.join('\n'));
}
