import type { FetchedMedia, FilmRow, MediaJournal, MediaText } from '@cuttle/core-types/ports';
import { CuttleError } from '@cuttle/core-types/errors';
import { query } from '../database.ts';
import { fetchedMediaOf, filmOf, mediaTextOf } from '../media-row.ts';
import type {
  FetchedMediaRecord,
  InboundRecord,
  MediaFilmRecord,
  MediaTextRecord,
} from '../rows.ts';
import { toStored } from '../stored-json.ts';
import type { Unit } from '../unit.ts';
import { addUsage } from './usage.ts';

const selectBlob = query<{ bytes: number }>(
  `SELECT bytes FROM blob WHERE space = 'main' AND sha256 = ?`,
);
const insert = `INSERT INTO media_text (sha256, kind, by, text, detail, failure, created_at) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`;
const selectOne = query<MediaTextRecord>(
  `SELECT * FROM media_text WHERE space = 'main' AND sha256 = ? AND kind = ? AND by = ?`,
);

export function putMediaText(
  unit: Unit,
  input: Parameters<MediaJournal['putMediaText']>[0],
): MediaText {
  const { sha256, kind, by, text, detail, failure, call } = input;
  if (!unit.db.find(selectBlob, sha256))
    throw new CuttleError('request.not-found', `There is no blob ${sha256}.`);
  if (call) addUsage(unit, call);
  unit.db.run(insert, sha256, kind, by, text, toStored(detail), failure ?? null, unit.now);
  const kept = unit.db.find(selectOne, sha256, kind, by);
  if (!kept) throw new TypeError('A row that was just written is not there.');
  return mediaTextOf(kept);
}

const insertFilm = `INSERT INTO media_film (sha256, by, duration_ms, has_sound, frames, failure, created_at) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`;
const selectFilm = query<MediaFilmRecord>(
  `SELECT * FROM media_film WHERE space = 'main' AND sha256 = ? AND by = ?`,
);

export function putFilm({ db, now }: Unit, input: FilmRow): FilmRow {
  const { sha256, by, durationMs, hasSound, frames, failure } = input;
  if (!db.find(selectBlob, sha256))
    throw new CuttleError('request.not-found', `There is no blob ${sha256}.`);
  const sound = hasSound ? 1 : 0;
  db.run(insertFilm, sha256, by, durationMs ?? null, sound, toStored(frames), failure ?? null, now);
  const kept = db.find(selectFilm, sha256, by);
  if (!kept) throw new TypeError('A row that was just written is not there.');
  return filmOf(kept);
}

const selectInbound = query<Pick<InboundRecord, 'id'>>(
  `SELECT id FROM inbound WHERE space = 'main' AND id = ?`,
);
const insertFetched = `INSERT INTO fetched_media (inbound_id, i, sha256, kind, mime_type, failure, created_at) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`;
const selectFetched = query<FetchedMediaRecord>(
  `SELECT * FROM fetched_media WHERE space = 'main' AND inbound_id = ? AND i = ?`,
);

export function putFetchedMedia(
  { db, now }: Unit,
  { inboundId, index, fetched }: Parameters<MediaJournal['putFetchedMedia']>[0],
): FetchedMedia {
  if (!db.find(selectInbound, inboundId))
    throw new CuttleError('request.not-found', `There is no message ${inboundId}.`);
  if (fetched.kind === 'failed')
    db.run(insertFetched, inboundId, index, null, null, null, fetched.code, now);
  else {
    const { sha256, type, mimeType } = fetched;
    if (!db.find(selectBlob, sha256))
      throw new CuttleError('request.not-found', `There is no blob ${sha256}.`);
    db.run(insertFetched, inboundId, index, sha256, type, mimeType, null, now);
  }
  const kept = db.find(selectFetched, inboundId, index);
  if (!kept) throw new TypeError('A row that was just written is not there.');
  return fetchedMediaOf(kept);
}
