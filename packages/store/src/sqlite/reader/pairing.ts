import type { AllowedRow, ConversationRef, PairingRow, Reader } from '@cuttle/core-types/ports';
import { query } from '../database.ts';
import { findTallied } from '../journal/tally.ts';
import type { ConversationRecord, IdentityRecord, PairingRecord } from '../rows.ts';
import { fromStored } from '../stored-json.ts';
import { toLimit, type View } from '../view.ts';
import { toConversationRef } from './outbound.ts';

type Input<Name extends keyof Reader> = Parameters<Reader[Name]>[0];
type Named<Row> = Row & { readonly account: string };

const pairings = `SELECT pairing.*, account.name AS account FROM pairing JOIN account ON account.space = 'main' AND account.id = pairing.account_id WHERE pairing.space = 'main'`;
const selectOpen = query<Named<PairingRecord>>(
  `${pairings} AND expires_at > ? AND refused_at IS NULL ORDER BY expires_at DESC LIMIT ?`,
);
const selectByCode = query<Named<PairingRecord>>(
  `${pairings} AND code_hash = ? AND expires_at > ? AND refused_at IS NULL`,
);
const selectOfSender = query<Named<PairingRecord>>(
  `${pairings} AND pairing.channel = ? AND pairing.account_id = ? AND external_id = ? AND expires_at > ?`,
);

export function listPairings(view: View, input: Input<'listPairings'>): PairingRow[] {
  return view.db.list(selectOpen, view.now, toLimit(input.limit)).map(toPairingRow);
}

export function findPairingByCode(
  view: View,
  { codeHash }: Input<'findPairingByCode'>,
): PairingRow | undefined {
  const row = view.db.find(selectByCode, codeHash, view.now);
  return row && toPairingRow(row);
}

export function findPairing(view: View, input: Input<'findPairing'>): PairingRow | undefined {
  const { channel, accountId, externalId } = input;
  const row = view.db.find(selectOfSender, channel, accountId, externalId, view.now);
  return row && toPairingRow(row);
}

function toPairingRow(row: Named<PairingRecord>): PairingRow {
  return {
    codeHint: row.code_hint,
    channel: row.channel,
    account: row.account,
    accountId: row.account_id,
    externalId: row.external_id,
    name: row.name ?? undefined,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    conversation: fromStored(row.conversation),
  };
}

const selectAllowed = query<Named<IdentityRecord>>(
  `SELECT identity.*, account.name AS account FROM identity JOIN account ON account.space = 'main' AND account.id = identity.account_id
WHERE identity.space = 'main' AND access = 'allowed' ORDER BY decided_at DESC LIMIT ?`,
);
const selectAllowedOne = query<Named<IdentityRecord>>(
  `SELECT identity.*, account.name AS account FROM identity JOIN account ON account.space = 'main' AND account.id = identity.account_id
WHERE identity.space = 'main' AND identity.channel = ? AND external_id = ? AND account.name = ? AND access = 'allowed'`,
);

export function listAllowed(view: View, input: Input<'listAllowed'>): AllowedRow[] {
  return view.db.list(selectAllowed, toLimit(input.limit)).map(toAllowedRow);
}

export function findAllowed(view: View, input: Input<'findAllowed'>): AllowedRow[] {
  const { channel, externalId, account } = input;
  return view.db.list(selectAllowedOne, channel, externalId, account).map(toAllowedRow);
}

function toAllowedRow(row: Named<IdentityRecord>): AllowedRow {
  const { channel, account, account_id: accountId, external_id: externalId } = row;
  const name = row.name ?? undefined;
  return { channel, account, accountId, externalId, name, since: row.decided_at ?? undefined };
}

const selectDirect = query<ConversationRecord>(
  `SELECT conversation.* FROM identity JOIN conversation ON conversation.space = 'main' AND conversation.id = identity.direct_id
WHERE identity.space = 'main' AND identity.channel = ? AND identity.account_id = ? AND identity.external_id = ?`,
);

export function findDirect(view: View, input: Input<'findDirect'>): ConversationRef | undefined {
  const { channel, accountId, externalId } = input;
  const row = view.db.find(selectDirect, channel, accountId, externalId);
  return row && toConversationRef(row);
}

export function findTally(view: View, input: Input<'findTally'>): number {
  return findTallied(view, input).count;
}
