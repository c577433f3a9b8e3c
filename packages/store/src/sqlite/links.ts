import { type Database, query } from './database.ts';
import type { LinkRecord } from './rows.ts';

const selectLink = query<LinkRecord>(
  `SELECT * FROM link WHERE space = 'main' AND channel = ? AND account = ? AND external_id = ?`,
);
const selectAccountName = query<{ name: string }>(
  `SELECT name FROM account WHERE space = 'main' AND id = ?`,
);

/** The owner's word on an account of someone: for that one of ours first, then for all of the channel's. */
export function findLink(
  db: Database,
  peer: { readonly channel: string; readonly accountId: string; readonly externalId: string },
): LinkRecord | undefined {
  const { channel, accountId, externalId } = peer;
  const name = db.find(selectAccountName, accountId)?.name;
  const own = name === undefined ? undefined : db.find(selectLink, channel, name, externalId);
  return own ?? db.find(selectLink, channel, '', externalId);
}

export function findLinkAt(
  db: Database,
  address: { readonly channel: string; readonly account: string; readonly externalId: string },
): LinkRecord | undefined {
  return db.find(selectLink, address.channel, address.account, address.externalId);
}
