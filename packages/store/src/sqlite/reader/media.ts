import type { FilmRow, MediaReader, MediaText } from '@cuttle/core-types/ports';
import { query } from '../database.ts';
import { filmOf, mediaTextOf } from '../media-row.ts';
import type { MediaFilmRecord, MediaTextRecord } from '../rows.ts';
import type { View } from '../view.ts';

const selectOf = query<MediaTextRecord>(
  `SELECT * FROM media_text WHERE space = 'main' AND sha256 = ? ORDER BY created_at, kind, by`,
);

const selectFilm = query<MediaFilmRecord>(
  `SELECT * FROM media_film WHERE space = 'main' AND sha256 = ? AND by = ?`,
);

export function findFilm(
  view: View,
  { sha256, by }: Parameters<MediaReader['findFilm']>[0],
): FilmRow | undefined {
  const row = view.db.find(selectFilm, sha256, by);
  return row && filmOf(row);
}

/** Blobs of one reading. */
const mostBlobs = 100;

export function findMediaTexts(
  view: View,
  { sha256s }: Parameters<MediaReader['findMediaTexts']>[0],
): MediaText[] {
  return sha256s
    .slice(0, mostBlobs)
    .flatMap((sha256) => view.db.list(selectOf, sha256).map(mediaTextOf));
}
