import { query } from '../database.ts';
import type { EntryRecord, InboundRecord, TombstoneRecord } from '../rows.ts';
import { tombstoneParts } from '../record-chain.ts';
import type { Unit } from '../unit.ts';
import { forgetEntries } from './search-index.ts';

const blank = `UPDATE outbound SET body = '{"v":1,"text":"","payload":null}'`;
// Deliveries stay, as the lanes of their conversations count them; their words go.
const blankReplies = `${blank} WHERE space = 'main' AND origin > ? AND origin < ?`;
const ofRun = [
  `${blank} WHERE space = 'main' AND id IN (SELECT notice_id FROM inbound WHERE space = 'main' AND run_id = ? AND notice_id IS NOT NULL)`,
  `UPDATE run SET parent_call = NULL WHERE space = 'main' AND parent_call IN (SELECT id FROM call WHERE space = 'main' AND run_id = ?)`,
  `UPDATE call SET gated = 0, approval_id = NULL WHERE space = 'main' AND run_id = ?`,
  `DELETE FROM approval WHERE space = 'main' AND run_id = ?`,
  `DELETE FROM reservation WHERE space = 'main' AND run_id = ?`,
  `DELETE FROM delta WHERE space = 'main' AND run_id = ?`,
  `DELETE FROM subagent WHERE space = 'main' AND parent_call IN (SELECT id FROM call WHERE space = 'main' AND run_id = ?)`,
  `DELETE FROM call WHERE space = 'main' AND run_id = ?`,
  `DELETE FROM step WHERE space = 'main' AND run_id = ?`,
];
const selectInputs = query<InboundKey>(
  `SELECT id, account_id, external_id FROM inbound WHERE space = 'main' AND run_id = ?`,
);
const selectEntries = query<Pick<EntryRecord, 'row' | 'n' | 'inbound_id'>>(
  `SELECT row, n, inbound_id FROM entry WHERE space = 'main' AND run_id = ? ORDER BY n LIMIT ?`,
);
const removeRow = `DELETE FROM run WHERE space = 'main' AND id = ?`;

/**
 * A run that has ended goes, with all that was said and done in it: at most so many of its entries, with what they name. Returns how many
 * rows went; the run itself goes with the last of them.
 */
export function removeRun(unit: Unit, runId: string, most: number): number {
  // One more, so that a run of which something is left has an entry to be found by.
  const entries = unit.db.list(selectEntries, runId, most + 1);
  for (const entry of entries.slice(0, most)) removeEntry(unit, entry);
  forgetEntries(unit);
  const next = entries[most];
  if (next) {
    removeSteps(unit, runId, next.n);
    return most;
  }
  unit.db.run(blankReplies, `${runId}:`, `${runId};`);
  const inputs = unit.db.list(selectInputs, runId);
  for (const statement of ofRun) unit.db.run(statement, runId);
  for (const inbound of inputs) removeInbound(unit, inbound);
  unit.db.run(removeRow, runId);
  return entries.length + 1;
}

const removeWords = `DELETE FROM message_text WHERE rowid = ?`;
const removeEntryRow = `DELETE FROM entry WHERE row = ?`;
const selectInput = query<InboundKey & { readonly notice_id: string | null }>(
  `SELECT id, account_id, external_id, notice_id FROM inbound WHERE space = 'main' AND id = ?`,
);
const blankOne = `${blank} WHERE space = 'main' AND id = ?`;

function removeEntry(
  unit: Unit,
  { row, inbound_id: inboundId }: Pick<EntryRecord, 'row' | 'inbound_id'>,
): void {
  unit.db.run(removeWords, row);
  unit.db.run(removeEntryRow, row);
  const inbound = inboundId === null ? undefined : unit.db.find(selectInput, inboundId);
  if (!inbound) return;
  if (inbound.notice_id !== null) unit.db.run(blankOne, inbound.notice_id);
  removeInbound(unit, inbound);
}

/** What an inbound is known by. */
export type InboundKey = Pick<InboundRecord, 'id' | 'account_id' | 'external_id'>;

const removeInboundRow = `DELETE FROM inbound WHERE space = 'main' AND id = ?`;
const leaveAlone = `UPDATE seen SET alone = 1 WHERE space = 'main' AND account_id = ? AND external_id = ?`;

/** Its key stays, alone, so that the message is known if it comes again; the upkeep takes it when it is old enough. */
export function removeInbound(unit: Unit, inbound: InboundKey): void {
  unit.db.run(removeInboundRow, inbound.id);
  unit.db.run(leaveAlone, inbound.account_id, inbound.external_id);
}

const ofSteps = [
  `UPDATE run SET parent_call = NULL WHERE space = 'main' AND parent_call IN (SELECT id FROM call WHERE space = 'main' AND run_id = ? AND n < ?)`,
  `UPDATE call SET gated = 0, approval_id = NULL WHERE space = 'main' AND run_id = ? AND n < ?`,
  `DELETE FROM approval WHERE space = 'main' AND call_id IN (SELECT id FROM call WHERE space = 'main' AND run_id = ? AND n < ?)`,
  `DELETE FROM reservation WHERE space = 'main' AND run_id = ? AND n < ?`,
  `DELETE FROM delta WHERE space = 'main' AND run_id = ? AND n < ?`,
  `DELETE FROM subagent WHERE space = 'main' AND parent_call IN (SELECT id FROM call WHERE space = 'main' AND run_id = ? AND n < ?)`,
  `DELETE FROM call WHERE space = 'main' AND run_id = ? AND n < ?`,
  `DELETE FROM step WHERE space = 'main' AND run_id = ? AND n < ?`,
];

/** The steps of a long run whose entries are all gone. */
function removeSteps(unit: Unit, runId: string, before: number): void {
  for (const statement of ofSteps) unit.db.run(statement, runId, before);
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
