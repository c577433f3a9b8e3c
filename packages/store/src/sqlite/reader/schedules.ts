import type { Reader, ScheduleRow } from '@cuttle/core-types/ports';
import { query } from '../database.ts';
import type { ScheduleRecord } from '../rows.ts';
import { fromStored, fromStoredOr } from '../stored-json.ts';
import { toLimit, type View } from '../view.ts';

const selectDue = query<ScheduleRecord>(
  `SELECT * FROM schedule WHERE space = 'main' AND next_at <= ? ORDER BY next_at LIMIT ?`,
);
const selectNext = query<{ next: number | null }>(
  `SELECT min(next_at) AS next FROM schedule WHERE space = 'main' AND next_at IS NOT NULL`,
);
const selectAll = query<ScheduleRecord>(
  `SELECT * FROM schedule WHERE space = 'main' AND next_at IS NOT NULL ORDER BY next_at LIMIT ?`,
);
const selectOfOwner = query<ScheduleRecord>(
  `SELECT * FROM schedule WHERE space = 'main' AND owner = ? AND next_at IS NOT NULL ORDER BY next_at LIMIT ?`,
);

export function findDueSchedules(view: View, input: { now: number; limit: number }): ScheduleRow[] {
  const rows = view.db.list(selectDue, input.now, toLimit(input.limit));
  return rows.map(toScheduleRow);
}

export function nextScheduleAt(view: View): number | undefined {
  return view.db.find(selectNext)?.next ?? undefined;
}

/** Those that will still fire, the next one first. */
export function listSchedules(
  view: View,
  input: Parameters<Reader['listSchedules']>[0],
): ScheduleRow[] {
  const limit = toLimit(input.limit);
  const rows =
    input.owner === undefined
      ? view.db.list(selectAll, limit)
      : view.db.list(selectOfOwner, input.owner, limit);
  return rows.map(toScheduleRow);
}

function toScheduleRow(row: ScheduleRecord): ScheduleRow {
  return {
    scheduleId: row.id,
    revision: row.revision,
    owner: row.owner,
    sessionKey: row.session_key,
    agentId: row.agent_id,
    nextAt: row.next_at ?? undefined,
    lastAt: row.last_at ?? undefined,
    text: row.text,
    principal: fromStored(row.principal),
    provenance: fromStored(row.provenance),
    route: fromStored(row.route),
    conversation: fromStoredOr(row.conversation),
  };
}
