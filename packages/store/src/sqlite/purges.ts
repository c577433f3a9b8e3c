import type { PurgeRow } from '@cuttle/core-types/ports';
import type { PurgeRecord } from './rows.ts';
import { fromStored, fromStoredOr } from './stored-json.ts';

export function toPurgeRow(row: PurgeRecord): PurgeRow {
  return {
    purgeId: row.id,
    trace: fromStoredOr(row.trace),
    by: row.purged_by,
    areas: fromStored(row.areas).map(({ area, count, done, warnings }) => ({
      area,
      count,
      done,
      warnings,
    })),
    begunAt: row.begun_at,
    endedAt: row.ended_at ?? undefined,
  };
}
