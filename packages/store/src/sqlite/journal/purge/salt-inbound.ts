import { query } from '../../database.ts';
import type { InboundRecord } from '../../rows.ts';
import { isSalted, makeSaltedKey } from '../../salted-keys.ts';
import type { Unit } from '../../unit.ts';

const selectSeen = query<{ body_hash: string; at: number; alone: number }>(
  `SELECT body_hash, at, alone FROM seen WHERE space = 'main' AND account_id = ? AND external_id = ?`,
);
const insertSeen = `INSERT INTO seen (account_id, external_id, body_hash, at, alone) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`;
const moveInbound = `UPDATE inbound SET external_id = ? WHERE space = 'main' AND account_id = ? AND external_id = ?`;
const removeSeen = `DELETE FROM seen WHERE space = 'main' AND account_id = ? AND external_id = ?`;

/** The key of a message is kept, so that it is known when it comes again, but no longer tells whose it is. False where it was done before. */
export function saltKey(
  { db }: Unit,
  {
    account_id: accountId,
    external_id: externalId,
  }: Pick<InboundRecord, 'account_id' | 'external_id'>,
): boolean {
  if (isSalted({ externalId })) return false;
  const seen = db.find(selectSeen, accountId, externalId);
  if (!seen) return false;
  const salted = makeSaltedKey(db, { accountId, externalId, bodyHash: seen.body_hash });
  db.run(insertSeen, accountId, salted.externalId, salted.bodyHash, seen.at, seen.alone);
  db.run(moveInbound, salted.externalId, accountId, externalId);
  db.run(removeSeen, accountId, externalId);
  return true;
}
