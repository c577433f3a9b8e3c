import type { MemoryFileRow, MemoryHit, MemoryReader } from '@cuttle/core-types/ports';
import { query } from '../database.ts';
import type { MemoryChunkRecord, MemoryFileRecord } from '../rows.ts';
import { mostRanked, toRankQuery, toReaderToken } from '../search-text.ts';
import { createNearest } from '../nearest.ts';
import { fromStored } from '../stored-json.ts';
import { product, toVector } from '../vector-product.ts';
import { toLimit, type View } from '../view.ts';
import { createWordCounts } from '../word-counts.ts';

type Input<Name extends keyof MemoryReader> = Parameters<MemoryReader[Name]>[0];

const selectFiles = query<MemoryFileRecord>(
  `SELECT * FROM memory_file WHERE space = 'main' AND agent_id = ? AND path > ? ORDER BY path LIMIT ?`,
);

export function listMemoryFiles(view: View, input: Input<'listMemoryFiles'>): MemoryFileRow[] {
  const { agentId, after = '', limit } = input;
  return view.db.list(selectFiles, agentId, after, toLimit(limit)).map((row) => ({
    path: row.path,
    hash: row.hash,
    stamp: row.stamp,
    bytes: row.bytes,
    changedAt: row.changed_at,
    readers: fromStored(row.readers),
    chunks: row.chunks,
  }));
}

// `place` says whose a chunk is and nothing of how well it fits. Of too many that fit, the newest are ranked.
const selectText = query<{ row: number; score: number }>(
  `SELECT row, score FROM (SELECT rowid AS row, -bm25(memory_text, 0.0, 1.0) AS score FROM memory_text WHERE memory_text MATCH ? ORDER BY rowid DESC LIMIT ${mostRanked}) ORDER BY score DESC, row LIMIT ?`,
);

export function searchMemoryText(view: View, input: Input<'searchMemoryText'>): MemoryHit[] {
  const { agentId, readers, limit } = input;
  const match = toRankQuery(
    input.query,
    readers.map((reader) => toReaderToken(agentId, reader)),
    createWordCounts(view.db, agentId),
  );
  if (match === undefined) return [];
  return toHits(view, view.db.list(selectText, match, toLimit(limit)));
}

const selectVectors = query<{ row: number; vector: Uint8Array }>(
  `SELECT memory_vector.row, memory_vector.vector FROM memory_chunk JOIN memory_vector ON memory_vector.row = memory_chunk.row
WHERE memory_chunk.space = 'main' AND memory_chunk.agent_id = ?
AND memory_chunk.path IN (SELECT path FROM memory_reader WHERE space = 'main' AND agent_id = ? AND reader IN (SELECT value FROM json_each(?))) AND memory_vector.model = ?`,
);

/** Every vector that these readers may see is looked at: in memory, or one after the other where they are too many for it. */
export function searchMemoryVectors(view: View, input: Input<'searchMemoryVectors'>): MemoryHit[] {
  const { agentId, readers, model } = input;
  const wanted = toVector(Buffer.from(input.vector, 'base64'));
  const best = createNearest(toLimit(input.limit));
  const shelf = view.vectors.find(view.db, { agentId, model, dimensions: wanted.length });
  if (shelf) shelf.search({ readers, wanted }, best);
  else
    view.db.each(selectVectors, [agentId, agentId, JSON.stringify(readers), model], (found) => {
      const vector = toVector(found.vector);
      if (vector.length === wanted.length) best.put(found.row, product(vector, wanted, 0));
    });
  return toHits(view, best.list());
}

type ChunkRow = MemoryChunkRecord & Pick<MemoryFileRecord, 'changed_at'>;
const selectChunk = query<ChunkRow>(
  `SELECT memory_chunk.*, memory_file.changed_at FROM memory_chunk JOIN memory_file ON memory_file.space = 'main' AND memory_file.agent_id = memory_chunk.agent_id AND memory_file.path = memory_chunk.path WHERE memory_chunk.row = ?`,
);

function toHits(
  { db }: View,
  found: readonly { readonly row: number; readonly score: number }[],
): MemoryHit[] {
  return found.flatMap(({ row, score }) => {
    const chunk = db.find(selectChunk, row);
    return chunk ? [{ ...toChunk(chunk), score }] : [];
  });
}

function toChunk(row: ChunkRow): Omit<MemoryHit, 'score'> {
  return {
    chunkId: row.row,
    path: row.path,
    changedAt: row.changed_at,
    from: row.line_from,
    to: row.line_to,
    heading: row.heading,
    text: row.text,
    hash: row.hash,
    taint: fromStored(row.taint),
  };
}

const selectUnembedded = query<{ chunkId: number; hash: string; heading: string; text: string }>(
  `SELECT row AS chunkId, hash, heading, text FROM memory_chunk WHERE space = 'main' AND agent_id = ? AND row > ?
AND NOT EXISTS (SELECT 1 FROM memory_vector WHERE memory_vector.row = memory_chunk.row AND memory_vector.model = ?) ORDER BY row LIMIT ?`,
);

export function listUnembedded(
  view: View,
  { agentId, model, after, limit }: Input<'listUnembedded'>,
): { chunkId: number; hash: string; heading: string; text: string }[] {
  return view.db.list(selectUnembedded, agentId, after, model, toLimit(limit));
}

const selectCounts = query<{ files: number; chunks: number }>(
  `SELECT count(*) AS files, coalesce(sum(chunks), 0) AS chunks FROM memory_file WHERE space = 'main' AND agent_id = ?`,
);
const selectEmbedded = query<{ embedded: number }>(
  `SELECT count(*) AS embedded FROM memory_chunk JOIN memory_vector ON memory_vector.row = memory_chunk.row WHERE memory_chunk.space = 'main' AND memory_chunk.agent_id = ? AND memory_vector.model = ?`,
);

export function countMemory(
  { db }: View,
  { agentId, model }: Input<'countMemory'>,
): { files: number; chunks: number; embedded: number } {
  const { files = 0, chunks = 0 } = db.find(selectCounts, agentId) ?? {};
  return { files, chunks, embedded: db.find(selectEmbedded, agentId, model)?.embedded ?? 0 };
}

const selectNamespaces = query<{ namespace: string }>(
  `SELECT DISTINCT namespace FROM kv WHERE space = 'main' AND namespace >= ? AND namespace < ? ORDER BY namespace LIMIT ?`,
);

export function listNamespaces(view: View, { prefix, limit }: Input<'listNamespaces'>): string[] {
  // No text of ours has this last letter of all.
  const rows = view.db.list(selectNamespaces, prefix, `${prefix}\u{10ffff}`, toLimit(limit));
  return rows.map(({ namespace }) => namespace);
}
