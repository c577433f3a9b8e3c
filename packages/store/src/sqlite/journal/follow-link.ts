import { findLink } from '../links.ts';
import type { IdentityRecord } from '../rows.ts';
import type { Unit } from '../unit.ts';

const updatePerson = `UPDATE identity SET person_id = ?, own_person_id = ?, updated_at = ? WHERE space = 'main' AND channel = ? AND account_id = ? AND external_id = ?`;

/** What the link of an account says of whose it is; without one it is its own. Who may come in does not change. */
export function followLink(unit: Unit, row: IdentityRecord): IdentityRecord {
  const { channel, account_id: accountId, external_id: externalId } = row;
  const link = findLink(unit.db, { channel, accountId, externalId });
  const own = row.own_person_id ?? row.person_id;
  const person = link?.person_id ?? own;
  const kept = link ? own : null;
  if (person === row.person_id && kept === row.own_person_id) return row;
  unit.db.run(updatePerson, person, kept, unit.now, channel, accountId, externalId);
  return { ...row, person_id: person, own_person_id: kept };
}
