import type { Identity, Reader, StoredToken } from '@cuttle/core-types/ports';
import { toToken } from '../journal/access.ts';
import { query } from '../database.ts';
import { findLink } from '../links.ts';
import type { IdentityRecord, TokenRecord } from '../rows.ts';
import type { View } from '../view.ts';

type Peer = Pick<Identity, 'channel' | 'accountId' | 'externalId'>;

const selectIdentity = query<IdentityRecord>(
  `SELECT * FROM identity WHERE space = 'main' AND channel = ? AND account_id = ? AND external_id = ?`,
);

export function findIdentity(view: View, peer: Peer): Identity | undefined {
  const { channel, accountId, externalId } = peer;
  const row = view.db.find(selectIdentity, channel, accountId, externalId);
  if (!row) return findLinked(view, peer);
  const { person_id: personId, access } = row;
  const name = row.name ?? undefined;
  const linked = row.own_person_id !== null;
  return { channel, accountId, externalId, personId, linked, name, access };
}

/** Not seen yet, but joined to a person by the owner. */
function findLinked(view: View, peer: Peer): Identity | undefined {
  const link = findLink(view.db, peer);
  if (!link) return undefined;
  const { channel, accountId, externalId } = peer;
  const personId = link.person_id;
  const nameless = { name: undefined, access: 'none' } as const;
  return { channel, accountId, externalId, personId, linked: true, ...nameless };
}

const selectToken = query<TokenRecord>(
  `SELECT * FROM token WHERE space = 'main' AND hash = ? AND kind = ? AND (expires_at IS NULL OR expires_at > ?)`,
);

export function findToken(
  view: View,
  input: Parameters<Reader['findToken']>[0],
): StoredToken | undefined {
  const row = view.db.find(selectToken, input.hash, input.kind, view.now);
  return row && toToken(row);
}
