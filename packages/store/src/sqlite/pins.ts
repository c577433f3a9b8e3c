import type { PinRow } from '@cuttle/core-types/ports';
import { type Database, query } from './database.ts';
import type { PinRecord } from './rows.ts';

const selectInForce = query<PinRecord>(
  `SELECT * FROM pin WHERE space = 'main' AND agent_id = ? AND removed_at IS NULL AND (session_key IS NULL OR session_key = ?) ORDER BY row LIMIT 1000`,
);

/** The pins that hold in a session of an agent, the oldest first. */
export function pinsInForce(
  db: Database,
  { agentId, sessionKey }: { readonly agentId: string; readonly sessionKey: string },
): PinRow[] {
  return db.list(selectInForce, agentId, sessionKey).map(toPinRow);
}

export function toPinRow(row: PinRecord): PinRow {
  return {
    pinId: row.id,
    agentId: row.agent_id,
    sessionKey: row.session_key ?? undefined,
    text: row.text,
    by: row.added_by,
    createdAt: row.created_at,
  };
}
