import { textOf } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import type { ModelRequest } from '@cuttle/core-types/ports';
import { textFor } from '@cuttle/core-types/texts';

/** Why a request is too long with everything left out that may be: the newest message of a person, if it is most of what is left. */
export function explainOverflow(
  { model, messages }: Pick<ModelRequest, 'model' | 'messages'>,
  error: Error,
): Error {
  const newest = messages.findLast(({ role }) => role === 'user');
  if (!newest) return error;
  const whole = messages.reduce((sum, message) => sum + JSON.stringify(message).length, 0);
  if (textOf(newest).length * 2 < whole) return error;
  return new CuttleError('run.message-too-long', textFor('context.message-too-long', { model }), {
    cause: error,
  });
}
