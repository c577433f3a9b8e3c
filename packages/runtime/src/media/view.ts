import type { MediaModel } from './carried-media.ts';
import type { FilmTaken } from './take-film.ts';
import type { Worded, WordsDeps } from './put-into-words.ts';

/** Media that one run puts into words; the older ones wait for another run. */
export const mostMade = 16;

/** What the media of one run are looked at with. */
export interface View extends WordsDeps {
  readonly model: MediaModel;
  /** By blob, for words of a film with their kind: what was made, also that nothing was, so that a run asks once. */
  readonly made: Map<string, Promise<Worded>>;
  /** By blob. */
  readonly films: Map<string, Promise<FilmTaken>>;
}

/** The same bytes twice in a conversation are asked about once. */
export function once<Value>(
  made: Map<string, Promise<Value>>,
  key: string,
  make: () => Promise<Value>,
): Promise<Value> {
  const known = made.get(key) ?? make();
  made.set(key, known);
  return known;
}
