import type { LinkedPerson, PersonLink, PersonReader } from '@cuttle/core-types/ports';
import { type Database, query } from '../database.ts';
import type { IdentityRecord, LinkRecord, PersonRecord } from '../rows.ts';
import { toLimit, type View } from '../view.ts';

const selectPage = query<PersonRecord>(
  `SELECT * FROM person WHERE space = 'main' AND label > ? AND label IS NOT NULL ORDER BY label LIMIT ?`,
);

export function listPersons(
  view: View,
  { after = '', limit }: Parameters<PersonReader['listPersons']>[0],
): LinkedPerson[] {
  return view.db.list(selectPage, after, toLimit(limit)).map(({ id, label }) => ({
    personId: id,
    label: label ?? '',
    links: listLinksOf(view.db, id),
  }));
}

const selectLinks = query<LinkRecord>(
  `SELECT * FROM link WHERE space = 'main' AND person_id = ? ORDER BY channel, account, external_id LIMIT 1000`,
);
const selectName = query<Pick<IdentityRecord, 'name'>>(
  `SELECT name FROM identity WHERE space = 'main' AND channel = ? AND external_id = ? AND name IS NOT NULL LIMIT 1`,
);

export function listLinksOf(db: Database, personId: string): PersonLink[] {
  return db.list(selectLinks, personId).map((row) => ({
    channel: row.channel,
    account: row.account,
    externalId: row.external_id,
    configured: row.configured === 1,
    name: db.find(selectName, row.channel, row.external_id)?.name ?? undefined,
  }));
}
