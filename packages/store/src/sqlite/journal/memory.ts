import type { MemoryChunk, MemoryJournal } from '@cuttle/core-types/ports';
import { type Database, query } from '../database.ts';
import { findMemoryVersion } from '../vector-shelf.ts';
import { toReaderToken, toSearchText } from '../search-text.ts';
import { toStored } from '../stored-json.ts';
import type { Unit } from '../unit.ts';

type Input<Name extends keyof MemoryJournal> = Parameters<MemoryJournal[Name]>[0];

const selectReaders = query<{ readers: string }>(
  `SELECT readers FROM memory_file WHERE space = 'main' AND agent_id = ? AND path = ?`,
);
const upsertFile = `INSERT INTO memory_file (agent_id, path, hash, stamp, bytes, readers, chunks, version, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (space, agent_id, path) DO UPDATE SET hash = excluded.hash, stamp = excluded.stamp, bytes = excluded.bytes, readers = excluded.readers, chunks = excluded.chunks, version = excluded.version, changed_at = excluded.changed_at`;
const removeReaders = `DELETE FROM memory_reader WHERE space = 'main' AND agent_id = ? AND path = ?`;
const insertReader = `INSERT INTO memory_reader (agent_id, reader, path) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`;

/** A file's chunks are told apart by their hash: those that stay keep their row, and with it their vector. */
export function putMemoryFile(unit: Unit, input: Input<'putMemoryFile'>): void {
  const { db } = unit;
  const { agentId, path, hash, stamp, bytes, changedAt, chunks } = input;
  const readers = toStored(input.readers);
  const sameReaders = db.find(selectReaders, agentId, path)?.readers === readers;
  const facts = [hash, stamp, bytes, readers, chunks.length, nextVersion(unit, agentId)];
  db.run(upsertFile, agentId, path, ...facts, changedAt);
  if (!sameReaders) {
    db.run(removeReaders, agentId, path);
    for (const reader of input.readers) db.run(insertReader, agentId, reader, path);
  }
  const places = input.readers.map((reader) => toReaderToken(agentId, reader)).join(' ');
  putChunks(unit, input, sameReaders ? { places } : { places, moved: true });
}

const countVersion = `INSERT INTO memory_version (agent_id, version) VALUES (?, 1) ON CONFLICT DO UPDATE SET version = version + 1`;

/** Whatever changes what is found of an agent's memory takes a new number. */
function nextVersion({ db }: Unit, agentId: string): number {
  db.run(countVersion, agentId);
  return findMemoryVersion(db, agentId);
}

type ChunkRow = {
  readonly row: number;
  readonly hash: string;
  readonly line_from: number;
  readonly line_to: number;
  readonly taint: string;
};
const selectChunks = query<ChunkRow>(
  `SELECT row, hash, line_from, line_to, taint FROM memory_chunk WHERE space = 'main' AND agent_id = ? AND path = ? ORDER BY row`,
);
const insertChunk = `INSERT INTO memory_chunk (agent_id, path, line_from, line_to, heading, text, hash, taint) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;
const updateChunk = `UPDATE memory_chunk SET line_from = ?, line_to = ?, taint = ? WHERE row = ?`;
const removeChunk = `DELETE FROM memory_chunk WHERE row = ?`;
const removeVector = `DELETE FROM memory_vector WHERE row = ?`;
const removeText = `DELETE FROM memory_text WHERE rowid = ?`;
const insertText = `INSERT INTO memory_text (rowid, place, words) VALUES (?, ?, ?)`;

function putChunks(
  { db }: Unit,
  { agentId, path, chunks }: Input<'putMemoryFile'>,
  { places, moved = false }: { readonly places: string; readonly moved?: boolean },
): void {
  const known = findChunks(db, agentId, path);
  for (const chunk of chunks) {
    const { from, to, heading, text, hash } = chunk;
    const taint = toStored(chunk.taint);
    const kept = known.get(hash)?.shift();
    if (!kept) {
      const row = db.insert(insertChunk, agentId, path, from, to, heading, text, hash, taint);
      db.run(insertText, row, places, wordsOf(chunk));
      continue;
    }
    if (kept.line_from !== from || kept.line_to !== to || kept.taint !== taint)
      db.run(updateChunk, from, to, taint, kept.row);
    if (!moved) continue;
    db.run(removeText, kept.row);
    db.run(insertText, kept.row, places, wordsOf(chunk));
  }
  for (const rows of known.values()) for (const { row } of rows) dropChunk(db, row);
}

/** By their hash, each list in order. */
function findChunks(db: Database, agentId: string, path: string): Map<string, ChunkRow[]> {
  const known = new Map<string, ChunkRow[]>();
  for (const row of db.list(selectChunks, agentId, path)) {
    const same = known.get(row.hash);
    if (same) same.push(row);
    else known.set(row.hash, [row]);
  }
  return known;
}

function dropChunk(db: Database, row: number): void {
  db.run(removeChunk, row);
  db.run(removeVector, row);
  db.run(removeText, row);
}

function wordsOf({ heading, text }: Pick<MemoryChunk, 'heading' | 'text'>): string {
  return toSearchText(`${heading}\n${text}`);
}

const removeFile = `DELETE FROM memory_file WHERE space = 'main' AND agent_id = ? AND path = ?`;

export function removeMemoryFile(unit: Unit, input: Input<'removeMemoryFile'>): boolean {
  const { agentId, path } = input;
  putChunks(
    unit,
    { ...input, chunks: [], hash: '', stamp: '', bytes: 0, changedAt: 0, readers: [] },
    { places: '' },
  );
  unit.db.run(removeReaders, agentId, path);
  nextVersion(unit, agentId);
  return unit.db.run(removeFile, agentId, path) > 0;
}

// Whoever embeds takes a while: a chunk may have gone meanwhile.
const upsertVector = `INSERT INTO memory_vector (row, model, vector) SELECT row, ?, ? FROM memory_chunk WHERE row = ? AND hash = ?
ON CONFLICT (row) DO UPDATE SET model = excluded.model, vector = excluded.vector`;

const selectFile = query<{ agent_id: string; path: string }>(
  `SELECT agent_id, path FROM memory_chunk WHERE row = ?`,
);
const updateVersion = `UPDATE memory_file SET version = ? WHERE space = 'main' AND agent_id = ? AND path = ?`;

export function putMemoryVectors(unit: Unit, input: Input<'putMemoryVectors'>): void {
  const { db } = unit;
  const changed = new Map<string, Set<string>>();
  for (const { chunkId, hash, vector } of input.vectors) {
    if (db.run(upsertVector, input.model, Buffer.from(vector, 'base64'), chunkId, hash) === 0)
      continue;
    const file = db.find(selectFile, chunkId);
    if (!file) continue;
    changed.set(file.agent_id, (changed.get(file.agent_id) ?? new Set()).add(file.path));
  }
  for (const [agentId, paths] of changed) {
    const version = nextVersion(unit, agentId);
    for (const path of paths) db.run(updateVersion, version, agentId, path);
  }
}
