import { type Database, query } from './database.ts';
import type { LineageRecord } from './rows.ts';

/** A stretch of entries of one session and generation: `afterSeq < seq ≤ uptoSeq`. */
export interface Stretch {
  readonly sourceId: string;
  readonly generation: number;
  readonly afterSeq: number;
  readonly uptoSeq: number;
}

const selectLineage = query<LineageRecord>(
  `SELECT * FROM lineage WHERE space = 'main' AND session_id = ? AND generation = ? ORDER BY n`,
);

/** What a generation of a session begins with, before its own entries. Empty for most. */
export function listInherited(db: Database, sessionId: string, generation: number): Stretch[] {
  return db.list(selectLineage, sessionId, generation).map((row) => ({
    sourceId: row.source_id,
    generation: row.source_generation,
    afterSeq: row.after_seq,
    uptoSeq: row.upto_seq,
  }));
}

/** All that the transcript of a generation is made of, in order. */
export function listStretches(db: Database, sessionId: string, generation: number): Stretch[] {
  const inherited = listInherited(db, sessionId, generation);
  const afterSeq = inherited.at(-1)?.uptoSeq ?? 0;
  const own = { sourceId: sessionId, generation, afterSeq, uptoSeq: Number.MAX_SAFE_INTEGER };
  return [...inherited, own];
}

/** The parts of some stretches up to an entry. */
export function cutStretches(stretches: readonly Stretch[], uptoSeq: number): Stretch[] {
  return stretches
    .filter(({ afterSeq }) => afterSeq < uptoSeq)
    .map((one) => ({ ...one, uptoSeq: Math.min(one.uptoSeq, uptoSeq) }));
}
