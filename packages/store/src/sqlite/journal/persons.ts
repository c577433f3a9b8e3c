import { CuttleError } from '@cuttle/core-types/errors';
import type { LinkAddress, LinkedPerson, PersonJournal } from '@cuttle/core-types/ports';
import { query } from '../database.ts';
import { findLinkAt } from '../links.ts';
import { listLinksOf } from '../reader/persons.ts';
import type { IdentityRecord, LinkRecord, PersonRecord } from '../rows.ts';
import type { Unit } from '../unit.ts';
import { appendAudit } from './audit.ts';
import { followLink } from './follow-link.ts';

type Input<Name extends keyof PersonJournal> = Parameters<PersonJournal[Name]>[0];

/** An account becomes one of a person's. */
export function linkPerson(unit: Unit, input: Input<'linkPerson'>): { person: LinkedPerson } {
  const { label, address, by } = input;
  const person = openPerson(unit, label);
  const known = findLinkAt(unit.db, address);
  if (known && known.person_id !== person.id)
    throw new CuttleError('person.linked', `${nameOf(address)} is another person's account.`);
  if (!known) {
    putLink(unit, { address, personId: person.id, configured: 0 });
    const details = { personId: person.id, label, ...address };
    appendAudit(unit, { kind: 'person.link', principal: by, details });
  }
  return { person: { personId: person.id, label, links: listLinksOf(unit.db, person.id) } };
}

const removeLink = `DELETE FROM link WHERE space = 'main' AND channel = ? AND account = ? AND external_id = ?`;

/** Each account is again who it was before. */
export function unlinkPerson(unit: Unit, { address, by }: Input<'unlinkPerson'>): boolean {
  const known = findLinkAt(unit.db, address);
  if (!known) return false;
  if (known.configured === 1)
    throw new CuttleError(
      'person.configured',
      `${nameOf(address)} is joined in the configuration.`,
    );
  takeBack(unit, address);
  const details = { personId: known.person_id, ...address };
  appendAudit(unit, { kind: 'person.unlink', principal: by, details });
  return true;
}

const selectConfigured = query<LinkRecord>(
  `SELECT * FROM link WHERE space = 'main' AND configured = 1`,
);

/** The configuration's links, and no other configured ones. Those that the owner made elsewhere stay where it is silent. */
export function syncPersons(unit: Unit, { persons }: Input<'syncPersons'>): { changed: number } {
  const wanted = new Map(
    persons.flatMap(({ label, addresses }) =>
      addresses.map((address) => [nameOf(address), { label, address }] as const),
    ),
  );
  let changed = 0;
  for (const row of unit.db.list(selectConfigured)) {
    const address = toAddress(row);
    if (wanted.has(nameOf(address))) continue;
    takeBack(unit, address);
    changed += 1;
  }
  for (const { label, address } of wanted.values()) {
    const person = openPerson(unit, label);
    const known = findLinkAt(unit.db, address);
    if (known?.person_id === person.id && known.configured === 1) continue;
    putLink(unit, { address, personId: person.id, configured: 1 });
    changed += 1;
  }
  if (changed > 0)
    appendAudit(unit, { kind: 'person.sync', principal: 'config', details: { changed } });
  return { changed };
}

const selectPerson = query<PersonRecord>(`SELECT * FROM person WHERE space = 'main' AND label = ?`);
const insertPerson = `INSERT INTO person (id, name, label, created_at) VALUES (?, ?, ?, ?)`;

function openPerson(unit: Unit, label: string): Pick<PersonRecord, 'id'> {
  const known = unit.db.find(selectPerson, label);
  if (known) return known;
  const id = unit.newId();
  unit.db.run(insertPerson, id, label, label, unit.now);
  return { id };
}

const upsertLink = `INSERT INTO link (channel, account, external_id, person_id, configured, at) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (space, channel, account, external_id) DO UPDATE SET person_id = excluded.person_id, configured = excluded.configured, at = excluded.at`;

function putLink(
  unit: Unit,
  link: { readonly address: LinkAddress; readonly personId: string; readonly configured: number },
): void {
  const { channel, account, externalId } = link.address;
  unit.db.run(upsertLink, channel, account, externalId, link.personId, link.configured, unit.now);
  followLinks(unit, link.address);
}

function takeBack(unit: Unit, address: LinkAddress): void {
  unit.db.run(removeLink, address.channel, address.account, address.externalId);
  followLinks(unit, address);
}

const selectSeen = query<IdentityRecord>(
  `SELECT * FROM identity WHERE space = 'main' AND channel = ? AND external_id = ?`,
);

/** All accounts that were seen under this id become whose the links say they are. */
function followLinks(unit: Unit, { channel, externalId }: LinkAddress): void {
  for (const row of unit.db.list(selectSeen, channel, externalId)) followLink(unit, row);
}

function toAddress(row: LinkRecord): LinkAddress {
  return { channel: row.channel, account: row.account, externalId: row.external_id };
}

function nameOf({ channel, account, externalId }: LinkAddress): string {
  return `${account === '' ? channel : `${channel}/${account}`}:${externalId}`;
}
