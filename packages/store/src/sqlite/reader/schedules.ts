import type { Principal, Provenance, Route } from '@cuttle/core-types';
import type { ConversationRef, Reader, ScheduleRow } from '@cuttle/core-types/ports';
import type { ScheduleRecord } from '../rows.ts';
import { fromStored, fromStoredOr } from '../stored-json.ts';
import { toLimit, type View } from '../view.ts';

const selectDue = `SELECT * FROM schedule WHERE space = 'main' AND next_at <= ? ORDER BY next_at LIMIT ?`;
const selectNext = `SELECT min(next_at) AS next FROM schedule WHERE space = 'main' AND next_at IS NOT NULL`;
const selectAll = `SELECT * FROM schedule WHERE space = 'main' AND next_at IS NOT NULL ORDER BY next_at LIMIT ?`;
const selectOfOwner = `SELECT * FROM schedule WHERE space = 'main' AND owner = ? AND next_at IS NOT NULL ORDER BY next_at LIMIT ?`;

export function findDueSchedules(view: View, input: { now: number; limit: number }): ScheduleRow[] {
  const rows = view.db.list<ScheduleRecord>(selectDue, input.now, toLimit(input.limit));
  return rows.map(toScheduleRow);
}

export function nextScheduleAt(view: View): number | undefined {
  return view.db.find<{ next: number | null }>(selectNext)?.next ?? undefined;
}

/** Those that will still fire, the next one first. */
export function listSchedules(
  view: View,
  input: Parameters<Reader['listSchedules']>[0],
): ScheduleRow[] {
  const limit = toLimit(input.limit);
  const rows =
    input.owner === undefined
      ? view.db.list<ScheduleRecord>(selectAll, limit)
      : view.db.list<ScheduleRecord>(selectOfOwner, input.owner, limit);
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
    principal: fromStored<Principal>(row.principal),
    provenance: fromStored<Provenance>(row.provenance),
    route: fromStored<Route>(row.route),
    conversation: fromStoredOr<ConversationRef>(row.conversation),
  };
}
