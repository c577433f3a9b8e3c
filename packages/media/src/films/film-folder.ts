import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface FilmPlace {
  readonly folder: string;
  /** The film, in the folder, for its owner alone. */
  readonly file: string;
}

/** Lends a film as a file in a private folder of its own, which is gone when the work ends, however it ends. */
export async function withFilmFile<Value>(
  { parent, bytes }: { readonly parent: string; readonly bytes: Uint8Array },
  work: (place: FilmPlace) => Promise<Value>,
): Promise<Value> {
  await mkdir(parent, { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(parent, 'film-'));
  try {
    const file = join(folder, 'film');
    await writeFile(file, bytes, { mode: 0o600 });
    return await work({ folder, file });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
