import type { Journal, PinDraft, PinRow } from '@cuttle/core-types/ports';
import { query } from '../database.ts';
import { toPinRow } from '../pins.ts';
import type { PinRecord } from '../rows.ts';
import type { LockedSession, Unit } from '../unit.ts';

const selectSame = query<PinRecord>(
  `SELECT * FROM pin WHERE space = 'main' AND agent_id = ? AND removed_at IS NULL AND session_key IS ? AND text = ? LIMIT 1`,
);
const selectById = query<PinRecord>(`SELECT * FROM pin WHERE space = 'main' AND id = ?`);
const insertPin = query<PinRecord>(
  `INSERT INTO pin (id, agent_id, session_key, text, added_by, created_at) VALUES (?, ?, ?, ?, ?, ?) RETURNING *`,
);
const updateRemoved = `UPDATE pin SET removed_by = ?, removed_at = ? WHERE space = 'main' AND id = ? AND removed_at IS NULL`;

export function addPin(unit: Unit, input: PinDraft): PinRow {
  const { pinId, agentId, sessionKey = null, text, by } = input;
  const known =
    unit.db.find(selectById, pinId) ?? unit.db.find(selectSame, agentId, sessionKey, text);
  const row = known ?? unit.db.find(insertPin, pinId, agentId, sessionKey, text, by, unit.now);
  if (!row) throw new TypeError('INSERT … RETURNING returned no pin.');
  return toPinRow(row);
}

export function removePin(unit: Unit, input: Parameters<Journal['removePin']>[0]): boolean {
  return unit.db.run(updateRemoved, input.by, unit.now, input.pinId) > 0;
}

const selectOfSession = query<PinRecord>(
  `SELECT * FROM pin WHERE space = 'main' AND agent_id = ? AND session_key = ? AND removed_at IS NULL ORDER BY row`,
);

/** What was ordered for one session holds in another that goes on from it. */
export function copyPins(unit: Unit, from: LockedSession, to: LockedSession): void {
  for (const row of unit.db.list(selectOfSession, from.agent_id, from.key))
    addPin(unit, {
      pinId: unit.newId(),
      agentId: to.agent_id,
      sessionKey: to.key,
      text: row.text,
      by: row.added_by,
    });
}
