import { query } from '../database.ts';
import type { TombstoneRecord } from '../rows.ts';
import { tombstoneParts } from '../record-chain.ts';
import type { Unit } from '../unit.ts';
import { forgetEntries } from './search-index.ts';

const blank = `UPDATE outbound SET body = '{"v":1,"text":"","payload":null}'`;
// Deliveries stay, as the lanes of their conversations count them; their words go.
const blankReplies = `${blank} WHERE space = 'main' AND origin > ? AND origin < ?`;
const ofRun = [
  `DELETE FROM message_text WHERE rowid IN (SELECT row FROM entry WHERE space = 'main' AND run_id = ?)`,
  `DELETE FROM entry WHERE space = 'main' AND run_id = ?`,
  `${blank} WHERE space = 'main' AND id IN (SELECT notice_id FROM inbound WHERE space = 'main' AND run_id = ? AND notice_id IS NOT NULL)`,
  `DELETE FROM inbound WHERE space = 'main' AND run_id = ?`,
  `UPDATE run SET parent_call = NULL WHERE space = 'main' AND parent_call IN (SELECT id FROM call WHERE space = 'main' AND run_id = ?)`,
  `UPDATE call SET gated = 0, approval_id = NULL WHERE space = 'main' AND run_id = ?`,
  `DELETE FROM approval WHERE space = 'main' AND run_id = ?`,
  `DELETE FROM reservation WHERE space = 'main' AND run_id = ?`,
  `DELETE FROM delta WHERE space = 'main' AND run_id = ?`,
  `DELETE FROM subagent WHERE space = 'main' AND parent_call IN (SELECT id FROM call WHERE space = 'main' AND run_id = ?)`,
  `DELETE FROM call WHERE space = 'main' AND run_id = ?`,
  `DELETE FROM step WHERE space = 'main' AND run_id = ?`,
  `DELETE FROM run WHERE space = 'main' AND id = ?`,
];

/** A run that has ended goes, with all that was said and done in it. */
export function removeRun(unit: Unit, runId: string): void {
  unit.db.run(blankReplies, `${runId}:`, `${runId};`);
  for (const statement of ofRun) unit.db.run(statement, runId);
  forgetEntries(unit);
}

const selectBefore = query<TombstoneRecord>(
  `SELECT * FROM tombstone WHERE space = 'main' AND session_id = ? AND from_seq < ? ORDER BY from_seq DESC LIMIT 1`,
);
const putRow = `INSERT INTO tombstone (session_id, from_seq, upto_seq, chained, mac, reason, at, seal) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (space, session_id, from_seq) DO UPDATE SET upto_seq = excluded.upto_seq, chained = excluded.chained, mac = excluded.mac, reason = excluded.reason, at = excluded.at, seal = excluded.seal`;

/** Says in the chain that these entries went on purpose. One that follows another of the same reason makes that one longer. */
export function buryEntries(
  unit: Unit,
  grave: {
    readonly sessionId: string;
    readonly entries: readonly { readonly seq: number; readonly mac: string | null }[];
    readonly reason: string;
  },
): void {
  const { sessionId, reason } = grave;
  for (const entry of grave.entries) {
    const before = unit.db.find(selectBefore, sessionId, entry.seq);
    const joins = before?.upto_seq === entry.seq - 1 && before.reason === reason;
    const row = {
      ...toGrave(entry, joins ? before : undefined),
      session_id: sessionId,
      reason,
      at: unit.now,
    };
    const seal = unit.seal?.sign(tombstoneParts(row)) ?? null;
    const { from_seq, upto_seq, chained, mac, at } = row;
    unit.db.run(putRow, sessionId, from_seq, upto_seq, chained, mac, reason, at, seal);
  }
}

function toGrave(
  { seq, mac }: { readonly seq: number; readonly mac: string | null },
  before: TombstoneRecord | undefined,
): Pick<TombstoneRecord, 'from_seq' | 'upto_seq' | 'chained' | 'mac'> {
  const isChained = Number(mac !== null);
  if (!before) return { from_seq: seq, upto_seq: seq, chained: isChained, mac };
  const { from_seq, chained } = before;
  return { from_seq, upto_seq: seq, chained: chained + isChained, mac: mac ?? before.mac };
}
