import type { ContextReader, StoredSummary } from '@cuttle/core-types/ports';
import { query } from '../database.ts';
import type { SummaryRecord } from '../rows.ts';
import { fromStored } from '../stored-json.ts';
import { toLimit, type View } from '../view.ts';

type Input<Name extends keyof ContextReader> = Parameters<ContextReader[Name]>[0];

const selectNewest = query<SummaryRecord>(
  `SELECT * FROM summary WHERE space = 'main' AND session_id = ? AND generation = ? AND undone_at IS NULL ORDER BY upto_seq DESC LIMIT 1`,
);
const selectUpto = query<SummaryRecord>(
  `SELECT * FROM summary WHERE space = 'main' AND session_id = ? AND generation = ? AND upto_seq = ? AND undone_at IS NULL`,
);

export function findSummary(view: View, input: Input<'findSummary'>): StoredSummary | undefined {
  const { sessionId, generation, uptoSeq } = input;
  const row =
    uptoSeq === undefined
      ? view.db.find(selectNewest, sessionId, generation)
      : view.db.find(selectUpto, sessionId, generation, uptoSeq);
  return row && toStoredSummary(row);
}

const selectAll = query<SummaryRecord>(
  `SELECT * FROM summary WHERE space = 'main' AND session_id = ? AND generation = ? ORDER BY upto_seq DESC, revision DESC LIMIT ?`,
);

export function listSummaries(view: View, input: Input<'listSummaries'>): StoredSummary[] {
  const { sessionId, generation } = input;
  const limit = toLimit(input.limit);
  return view.db.list(selectAll, sessionId, generation, limit).map(toStoredSummary);
}

function toStoredSummary(row: SummaryRecord): StoredSummary {
  return {
    generation: row.generation,
    uptoSeq: row.upto_seq,
    revision: row.revision,
    body: fromStored(row.body),
    at: row.at,
    undoneAt: row.undone_at ?? undefined,
    undoneBy: row.undone_by ?? undefined,
  };
}
