import { tombstoneParts } from '../record-chain.ts';
import type { LockedSession, Unit } from '../unit.ts';

const insertTombstone = `INSERT INTO tombstone (session_id, from_seq, upto_seq, chained, mac, reason, at, seal) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (space, session_id, from_seq) DO UPDATE SET upto_seq = excluded.upto_seq, chained = excluded.chained, mac = excluded.mac, reason = excluded.reason, at = excluded.at, seal = excluded.seal`;

/** Says that the first entries of a session are not among its rows, on purpose: its chain goes on behind them. */
export function putTombstone(
  unit: Unit,
  session: LockedSession,
  gone: { readonly uptoSeq: number; readonly reason: string },
): void {
  const row = {
    session_id: session.id,
    from_seq: 1,
    upto_seq: gone.uptoSeq,
    chained: session.chained,
    mac: session.chain_mac,
    reason: gone.reason,
    at: unit.now,
  };
  if (row.upto_seq < row.from_seq) return;
  const seal = unit.seal?.sign(tombstoneParts(row)) ?? null;
  const { reason, at } = row;
  const place = [row.session_id, row.from_seq, row.upto_seq] as const;
  unit.db.run(insertTombstone, ...place, row.chained, row.mac, reason, at, seal);
}
