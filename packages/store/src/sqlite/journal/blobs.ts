import { query } from '../database.ts';
import type { Unit } from '../unit.ts';

const upsert = `INSERT INTO blob (sha256, mime_type, bytes, created_at) VALUES (?, ?, ?, ?)
ON CONFLICT (space, sha256) DO UPDATE SET created_at = excluded.created_at`;

/** Names bytes that are already synced, or says that they were put again. */
export function putBlobRow(
  unit: Unit,
  input: { readonly sha256: string; readonly mimeType: string; readonly bytes: number },
): void {
  unit.db.run(upsert, input.sha256, input.mimeType, input.bytes, unit.now);
}

/** A row whose JSON names blobs. */
export type BlobUser = { readonly inboundId: string } | { readonly callId: string };

// Of blobs that are there: others are named in vain, as before.
const insertUse = (column: 'inbound_id' | 'call_id'): string =>
  `INSERT INTO blob_use (sha256, ${column}) SELECT sha256, ? FROM blob WHERE space = 'main' AND sha256 = ? ON CONFLICT DO NOTHING`;
const insertOfInbound = insertUse('inbound_id');
const insertOfCall = insertUse('call_id');

/** Keeps the blobs that a row names, in the transaction that writes it. Rows without any cost nothing. */
export function useBlobs(unit: Unit, user: BlobUser, json: string): void {
  if (!json.includes('"sha256"')) return;
  const named = json.matchAll(/"sha256":"([0-9a-f]{64})"/g);
  for (const sha256 of new Set([...named].map(([, hash = '']) => hash)))
    if ('inboundId' in user) unit.db.run(insertOfInbound, user.inboundId, sha256);
    else unit.db.run(insertOfCall, user.callId, sha256);
}

const dropOfInbound = `DELETE FROM blob_use WHERE space = 'main' AND inbound_id = ?`;
const dropOfCall = `DELETE FROM blob_use WHERE space = 'main' AND call_id = ?`;

/** The row stays and its words are taken out. One that goes drops what it used by itself. */
export function dropBlobs(unit: Unit, user: BlobUser): void {
  if ('inboundId' in user) unit.db.run(dropOfInbound, user.inboundId);
  else unit.db.run(dropOfCall, user.callId);
}

const remove = query<{ sha256: string }>(
  `DELETE FROM blob WHERE space = 'main' AND sha256 = ?1 AND created_at <= ?2
AND NOT EXISTS (SELECT 1 FROM blob_use WHERE blob_use.space = 'main' AND blob_use.sha256 = ?1)
AND NOT EXISTS (SELECT 1 FROM fetched_media WHERE fetched_media.space = 'main' AND fetched_media.sha256 = ?1) RETURNING sha256`,
);

/** Forgets a blob that no row names and that was put last before a time: then its bytes may go. */
export function removeBlobRow(
  unit: Unit,
  input: { readonly sha256: string; readonly before: number },
): boolean {
  return unit.db.find(remove, input.sha256, input.before) !== undefined;
}
