import type { Identity, PairingRow, Reader, StoredToken } from '@cuttle/core-types/ports';
import { toToken } from '../journal/access.ts';
import { query } from '../database.ts';
import { findLink } from '../links.ts';
import type { IdentityRecord, PairingRecord, TokenRecord } from '../rows.ts';
import { fromStored } from '../stored-json.ts';
import { toLimit, type View } from '../view.ts';

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

const selectPairings = query<PairingRecord>(
  `SELECT * FROM pairing WHERE space = 'main' AND expires_at > ? ORDER BY expires_at DESC LIMIT ?`,
);
const selectPairing = query<PairingRecord>(
  `SELECT * FROM pairing WHERE space = 'main' AND channel = ? AND account_id = ? AND external_id = ? AND expires_at > ?`,
);

/** Those that can still be approved, the newest first. */
export function listPairings(view: View, input: { limit: number }): PairingRow[] {
  const rows = view.db.list(selectPairings, view.now, toLimit(input.limit));
  return rows.map(toPairingRow);
}

export function findPairing(view: View, peer: Peer): PairingRow | undefined {
  const { channel, accountId, externalId } = peer;
  const row = view.db.find(selectPairing, channel, accountId, externalId, view.now);
  return row && toPairingRow(row);
}

function toPairingRow(row: PairingRecord): PairingRow {
  return {
    codeHint: row.code_hint,
    channel: row.channel,
    accountId: row.account_id,
    externalId: row.external_id,
    name: row.name ?? undefined,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    conversation: fromStored(row.conversation),
  };
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
