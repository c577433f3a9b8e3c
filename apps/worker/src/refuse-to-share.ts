import { CuttleError } from '@cuttle/core-types/errors';

/** Workers beside servers need a store that several processes share. Throws `store.single-process` for one that they cannot. */
export function refuseToShare(storeUrl: string): void {
  if (!storeUrl.startsWith('sqlite:')) return;
  throw new CuttleError(
    'store.single-process',
    'This home is in SQLite, which belongs to one process: a worker cannot stand beside its server.',
    {
      hint: 'The server does this work itself: start it. To work off what is left while it is stopped, use --drain.',
    },
  );
}
