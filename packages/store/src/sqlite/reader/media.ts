import type { MediaReader, MediaText } from '@cuttle/core-types/ports';
import { query } from '../database.ts';
import { mediaTextOf } from '../media-row.ts';
import type { MediaTextRecord } from '../rows.ts';
import type { View } from '../view.ts';

const selectOf = query<MediaTextRecord>(
  `SELECT * FROM media_text WHERE space = 'main' AND sha256 = ? ORDER BY created_at, kind, by`,
);

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
