import type { Identity, Journal, StoredToken } from '@cuttle/core-types/ports';
import { query } from '../database.ts';
import type { IdentityRecord, TokenRecord } from '../rows.ts';
import { fromStored, toStored } from '../stored-json.ts';
import type { Unit } from '../unit.ts';
import { appendAudit } from './audit.ts';
import { followLink } from './follow-link.ts';

type Input<Name extends keyof Journal> = Parameters<Journal[Name]>[0];

const selectAccount = query<{ id: string }>(
  `SELECT id FROM account WHERE space = 'main' AND channel = ? AND platform_id = ?`,
);
const insertAccount = `INSERT INTO account (id, channel, name, platform_id, created_at) VALUES (?, ?, ?, ?, ?)`;
const renameAccount = `UPDATE account SET name = ? WHERE space = 'main' AND id = ? AND name <> ?`;

export function openAccount(unit: Unit, input: Input<'openAccount'>): { accountId: string } {
  const { channel, name, platformId } = input;
  const known = unit.db.find(selectAccount, channel, platformId);
  if (known) {
    unit.db.run(renameAccount, name, known.id, name);
    return { accountId: known.id };
  }
  const accountId = unit.newId();
  unit.db.run(insertAccount, accountId, channel, name, platformId, unit.now);
  return { accountId };
}

type Peer = Pick<Identity, 'channel' | 'accountId' | 'externalId'>;

const selectIdentity = query<IdentityRecord>(
  `SELECT * FROM identity WHERE space = 'main' AND channel = ? AND account_id = ? AND external_id = ?`,
);
const insertPerson = `INSERT INTO person (id, name, created_at) VALUES (?, ?, ?)`;
const insertIdentity = query<IdentityRecord>(
  `INSERT INTO identity (channel, account_id, external_id, person_id, name, access, updated_at) VALUES (?, ?, ?, ?, ?, 'none', ?) RETURNING *`,
);
const renameIdentity = `UPDATE identity SET name = ?, updated_at = ? WHERE space = 'main' AND channel = ? AND account_id = ? AND external_id = ?`;

/** Someone who spoke: a row on first sight, joined to whom the owner said, the name as last stated. */
export function seeIdentity(
  unit: Unit,
  peer: Peer & { readonly name?: string | undefined },
): IdentityRecord {
  const { channel, accountId, externalId } = peer;
  const name = peer.name ?? null;
  const known = unit.db.find(selectIdentity, channel, accountId, externalId);
  if (known) {
    if (name !== null && name !== known.name)
      unit.db.run(renameIdentity, name, unit.now, channel, accountId, externalId);
    return known;
  }
  const person = unit.newId();
  unit.db.run(insertPerson, person, name, unit.now);
  const made = unit.db.find(insertIdentity, channel, accountId, externalId, person, name, unit.now);
  if (!made) throw new TypeError('INSERT … RETURNING returned no identity.');
  return followLink(unit, made);
}

const updateAccess = `UPDATE identity SET access = ?1, updated_at = ?2, decided_at = ?2 WHERE space = 'main' AND channel = ?3 AND account_id = ?4 AND external_id = ?5`;

export function setIdentityAccess(unit: Unit, input: Input<'setIdentityAccess'>): void {
  seeIdentity(unit, input);
  const { access, by, ...peer } = input;
  const { channel, accountId, externalId } = peer;
  decideAccess(unit, peer, access);
  if (by === undefined) return;
  const details = { channel, accountId, externalId, access };
  appendAudit(unit, { kind: 'identity.access', principal: by, details });
}

export function decideAccess(
  unit: Unit,
  { channel, accountId, externalId }: Peer,
  access: Identity['access'],
): void {
  unit.db.run(updateAccess, access, unit.now, channel, accountId, externalId);
}

const updateDirect = `UPDATE identity SET direct_id = ? WHERE space = 'main' AND channel = ? AND account_id = ? AND external_id = ?`;

/** Keeps where somebody writes to us alone; written where it has changed. */
export function noteDirect(unit: Unit, known: IdentityRecord, conversationId: string): void {
  if (known.direct_id === conversationId) return;
  unit.db.run(updateDirect, conversationId, known.channel, known.account_id, known.external_id);
}

const insertToken = `INSERT INTO token (hash, kind, name, principal, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`;

export function putToken(unit: Unit, draft: Input<'putToken'>): void {
  const { hash, kind, name, expiresAt } = draft;
  const principal = toStored(draft.principal);
  unit.db.run(insertToken, hash, kind, name, principal, unit.now, expiresAt ?? null);
}

const deleteNamed = `DELETE FROM token WHERE space = 'main' AND kind = ? AND name = ?`;

export function removeTokens(unit: Unit, input: Input<'removeTokens'>): number {
  return unit.db.run(deleteNamed, input.kind, input.name);
}

const selectToken = query<TokenRecord>(
  `SELECT * FROM token WHERE space = 'main' AND hash = ? AND kind = ? AND (expires_at IS NULL OR expires_at > ?)`,
);
const deleteToken = `DELETE FROM token WHERE space = 'main' AND hash = ?`;

export function useToken(unit: Unit, input: Input<'useToken'>): StoredToken | undefined {
  const row = unit.db.find(selectToken, input.hash, input.kind, unit.now);
  if (row?.kind === 'code') unit.db.run(deleteToken, row.hash);
  return row && toToken(row);
}

export function toToken(row: TokenRecord): StoredToken {
  return {
    hash: row.hash,
    kind: row.kind,
    name: row.name,
    principal: fromStored(row.principal),
    expiresAt: row.expires_at ?? undefined,
    createdAt: row.created_at,
  };
}

export function removeToken(unit: Unit, input: Input<'removeToken'>): void {
  unit.db.run(deleteToken, input.hash);
}
