import { query } from '../database.ts';
import type { View } from '../view.ts';

const selectType = query<{ mime_type: string }>(
  `SELECT mime_type FROM blob WHERE space = 'main' AND sha256 = ?`,
);

/** The type that bytes were put with first. */
export function findBlobType(view: View, sha256: string): string | undefined {
  return view.db.find(selectType, sha256)?.mime_type;
}

const selectPage = query<{ sha256: string; bytes: number; free: number }>(
  `SELECT sha256, bytes, created_at <= ? AND NOT EXISTS (SELECT 1 FROM blob_use WHERE blob_use.space = 'main' AND blob_use.sha256 = blob.sha256)
AND NOT EXISTS (SELECT 1 FROM fetched_media WHERE fetched_media.space = 'main' AND fetched_media.sha256 = blob.sha256) AS free
FROM blob WHERE space = 'main' AND sha256 > ? ORDER BY sha256 LIMIT ?`,
);

export interface FreeBlobs {
  readonly free: readonly { readonly sha256: string; readonly bytes: number }[];
  /** The last one that was looked at; undefined at the end. */
  readonly next: string | undefined;
}

/** Those of the next `limit` blobs that no row names and that were put last before a time. */
export function listFreeBlobs(
  view: View,
  input: { readonly before: number; readonly after: string; readonly limit: number },
): FreeBlobs {
  const rows = view.db.list(selectPage, input.before, input.after, input.limit);
  return {
    free: rows.filter(({ free }) => free === 1).map(({ sha256, bytes }) => ({ sha256, bytes })),
    next: rows.length === input.limit ? rows.at(-1)?.sha256 : undefined,
  };
}

/** Those of them that have a row. */
export function listKnownBlobs(view: View, sha256s: readonly string[]): readonly string[] {
  return sha256s.filter((sha256) => view.db.find(selectType, sha256) !== undefined);
}
