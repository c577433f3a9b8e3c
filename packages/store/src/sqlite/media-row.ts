import type { Message, UserPart } from '@cuttle/core-types';
import { toFetchedPart } from '@cuttle/core-types/reading';
import type { FetchedMedia, FilmRow, MediaText } from '@cuttle/core-types/ports';
import { type Database, query } from './database.ts';
import type { FetchedMediaRecord, MediaFilmRecord, MediaTextRecord } from './rows.ts';
import { fromStored } from './stored-json.ts';

export function mediaTextOf(row: MediaTextRecord): MediaText {
  const { sha256, kind, by, text, detail, failure } = row;
  return {
    sha256,
    kind,
    by,
    text,
    detail: fromStored(detail),
    ...(failure !== null && { failure }),
  };
}

export function filmOf(row: MediaFilmRecord): FilmRow {
  const { sha256, by, duration_ms: durationMs, has_sound: hasSound, frames, failure } = row;
  return {
    sha256,
    by,
    ...(durationMs !== null && { durationMs }),
    hasSound: hasSound === 1,
    frames: fromStored(frames),
    ...(failure !== null && { failure }),
  };
}

export function fetchedMediaOf(row: FetchedMediaRecord): FetchedMedia {
  const { sha256, kind, mime_type: mimeType, failure } = row;
  if (sha256 !== null && kind !== null && mimeType !== null)
    return { kind: 'blob', sha256, type: kind, mimeType };
  return { kind: 'failed', code: failure ?? 'media.gone' };
}

const selectFetched = query<FetchedMediaRecord>(
  `SELECT * FROM fetched_media WHERE space = 'main' AND inbound_id = ? AND i = ?`,
);

/** Messages with what became of the media that a messenger held when they came. */
export function withFetchedMedia(db: Database, messages: readonly Message[]): readonly Message[] {
  return messages.map((message) =>
    message.role === 'user' && message.parts.some(isHeld)
      ? { ...message, parts: message.parts.map((part) => toFetched(db, part)) }
      : message,
  );
}

function isHeld(part: UserPart): boolean {
  return part.type !== 'text' && part.source.kind === 'channel';
}

function toFetched(db: Database, part: UserPart): UserPart {
  if (part.type === 'text' || part.source.kind !== 'channel') return part;
  const { source } = part;
  const row = db.find(selectFetched, source.inboundId, source.index);
  return row ? toFetchedPart(part, fetchedMediaOf(row)) : part;
}
