import { CuttleError } from '@cuttle/core-types/errors';

export function toClosed(): CuttleError {
  return new CuttleError('store.failed', 'The store is closed.', {
    hint: 'Nothing is lost; open it again.',
  });
}
