import { createHmac, randomBytes } from 'node:crypto';
import { type Database, query } from './database.ts';
import type { StoreRecord } from './rows.ts';

/** What a message is known by again. */
export interface SeenKey {
  readonly accountId: string;
  readonly externalId: string;
  readonly bodyHash: string;
}

const selectSalt = query<Pick<StoreRecord, 'seen_salt'>>(`SELECT seen_salt FROM store`);
const updateSalt = `UPDATE store SET seen_salt = ?`;
const prefix = 'salted:';

/** The key of a message that was purged, which tells nothing to whoever does not know the message. Undefined as long as nothing was purged. */
export function saltedKey(db: Database, key: SeenKey): SeenKey | undefined {
  const salt = db.find(selectSalt)?.seen_salt ?? undefined;
  return salt === undefined ? undefined : toSalted(salt, key);
}

/** The same, with a salt that is made at the first use. */
export function makeSaltedKey(db: Database, key: SeenKey): SeenKey {
  const known = saltedKey(db, key);
  if (known) return known;
  const salt = randomBytes(32).toString('base64url');
  db.run(updateSalt, salt);
  return toSalted(salt, key);
}

export function isSalted({ externalId }: Pick<SeenKey, 'externalId'>): boolean {
  return externalId.startsWith(prefix);
}

function toSalted(salt: string, { accountId, externalId, bodyHash }: SeenKey): SeenKey {
  const mac = (text: string): string => createHmac('sha256', salt).update(text).digest('base64url');
  return {
    accountId,
    externalId: `${prefix}${mac(JSON.stringify([accountId, externalId]))}`,
    bodyHash: mac(bodyHash),
  };
}
