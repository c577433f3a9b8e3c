import type { PinRow, Reader } from '@cuttle/core-types/ports';
import { query } from '../database.ts';
import { pinsInForce, toPinRow } from '../pins.ts';
import type { PinRecord } from '../rows.ts';
import { toLimit, type View } from '../view.ts';

const selectAll = query<PinRecord>(
  `SELECT * FROM pin WHERE space = 'main' AND agent_id = ? AND removed_at IS NULL ORDER BY row LIMIT ?`,
);

export function listPins(view: View, input: Parameters<Reader['listPins']>[0]): PinRow[] {
  const { agentId, sessionKey } = input;
  const limit = toLimit(input.limit);
  if (sessionKey !== undefined)
    return pinsInForce(view.db, { agentId, sessionKey }).slice(0, limit);
  return view.db.list(selectAll, agentId, limit).map(toPinRow);
}
