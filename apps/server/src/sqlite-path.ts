import { isAbsolute, join } from 'node:path';
import { CuttleError } from '@cuttle/core-types/errors';

/** `sqlite:data/cuttle.db` → a path; relative ones lie in the home. Throws `config.invalid` for another store. */
export function sqlitePath(url: string, home: string): string {
  if (!url.startsWith('sqlite:'))
    throw new CuttleError(
      'config.invalid',
      `store.url: this build keeps data in SQLite, not at "${url.split(':')[0]}:".`,
      { hint: 'Use sqlite:data/cuttle.db.' },
    );
  const path = url.slice('sqlite:'.length);
  return isAbsolute(path) ? path : join(home, path);
}
