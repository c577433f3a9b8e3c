import type { Reader } from '@cuttle/core-types/ports';
import { listClosedGroups } from '../closed-groups.ts';
import { query } from '../database.ts';
import { toDay } from '../utc-day.ts';
import type { View } from '../view.ts';

type Input<Name extends keyof Reader> = Parameters<Reader[Name]>[0];

/** What `removeClosedGroups` would remove. */
export function previewClosedGroups(
  view: View,
  input: Input<'previewClosedGroups'>,
): Awaited<ReturnType<Reader['previewClosedGroups']>> {
  const { groups, next } = listClosedGroups(view.db, input);
  return {
    groups: groups.length,
    entries: groups.reduce((sum, { entries }) => sum + entries.length, 0),
    chars: groups.reduce((sum, { chars }) => sum + chars, 0),
    ...(next !== undefined && { next }),
  };
}

const countDays = query<{ n: number }>(
  `SELECT count(*) AS n FROM usage WHERE space = 'main' AND day < ?`,
);
const selectAudit = query<{ n: number }>(
  `SELECT coalesce((SELECT min(seq) FROM audit WHERE space = 'main' AND seq > 0), 0) AS n`,
);
const selectAt = query<{ seq: number; at: number }>(
  `SELECT seq, at FROM audit WHERE space = 'main' AND seq >= ? ORDER BY seq LIMIT 500`,
);

export function countOldUsage(view: View, { before }: Input<'countOldUsage'>): number {
  return view.db.find(countDays, toDay(before))?.n ?? 0;
}

/** Up to the first row that stays. */
export function countOldAudit(view: View, { before }: Input<'countOldAudit'>): number {
  let from = view.db.find(selectAudit)?.n ?? 0;
  let count = 0;
  for (;;) {
    const rows = view.db.list(selectAt, from);
    const kept = rows.findIndex(({ at }) => at >= before);
    count += kept < 0 ? rows.length : kept;
    if (kept >= 0 || rows.length < 500) return count;
    from = (rows.at(-1)?.seq ?? from) + 1;
  }
}

const selectBytes = query<{ bytes: number }>(
  `SELECT (page_count - freelist_count) * page_size AS bytes FROM pragma_page_count, pragma_freelist_count, pragma_page_size`,
);

/** Bytes of the database that hold something. */
export function usedBytes(view: View): number {
  return view.db.find(selectBytes)?.bytes ?? 0;
}
