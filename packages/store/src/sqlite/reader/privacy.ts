import type { PersonAccount, PersonFacts, PrivacyReader, PurgeRow } from '@cuttle/core-types/ports';
import { type Database, query } from '../database.ts';
import { toPurgeRow } from '../purges.ts';
import type {
  AccountRecord,
  IdentityRecord,
  LinkRecord,
  PersonRecord,
  PurgeRecord,
} from '../rows.ts';
import { toLimit, type View } from '../view.ts';

type Input<Name extends keyof PrivacyReader> = Parameters<PrivacyReader[Name]>[0];
type Address = Extract<Input<'findPerson'>, { readonly channel: string }>;

const selectPerson = query<PersonRecord>(`SELECT * FROM person WHERE space = 'main' AND id = ?`);
const selectByLabel = query<PersonRecord>(
  `SELECT * FROM person WHERE space = 'main' AND label = ?`,
);
const selectIdentities = query<IdentityRecord>(
  `SELECT * FROM identity WHERE space = 'main' AND person_id = ?`,
);
const selectLinks = query<LinkRecord>(`SELECT * FROM link WHERE space = 'main' AND person_id = ?`);
const selectSeen = query<IdentityRecord>(
  `SELECT * FROM identity WHERE space = 'main' AND channel = ? AND external_id = ?`,
);
const selectSaid = query<LinkRecord>(
  `SELECT * FROM link WHERE space = 'main' AND channel = ? AND account = ? AND external_id = ?`,
);
const selectAccounts = query<AccountRecord>(
  `SELECT * FROM account WHERE space = 'main' AND channel = ?`,
);

/** All that names a person: from one of their accounts to the person, and from there to all of them. */
export function findPerson({ db }: View, input: Input<'findPerson'>): PersonFacts | undefined {
  if ('personId' in input) {
    const person = db.find(selectPerson, input.personId) ?? db.find(selectByLabel, input.personId);
    return person && traceOf(db, [person.id], []);
  }
  return traceOf(db, personsAt(db, input), accountsAt(db, input));
}

function personsAt(db: Database, { channel, account, externalId }: Address): readonly string[] {
  const seen = db.list(selectSeen, channel, externalId);
  const here = new Set(
    accountsAt(db, { channel, account, externalId }).map(({ accountId }) => accountId),
  );
  const link = db.find(selectSaid, channel, account, externalId);
  return [
    ...seen.filter((row) => here.has(row.account_id)).map((row) => row.person_id),
    ...(link ? [link.person_id] : []),
  ];
}

/** Of a sender, on that one of our accounts, or (without a name) on each of the channel's. */
function accountsAt(db: Database, { channel, account, externalId }: Address): PersonAccount[] {
  return db
    .list(selectAccounts, channel)
    .filter(({ name }) => account === '' || name === account)
    .map(({ id: accountId }) => ({ channel, accountId, externalId }));
}

function traceOf(
  db: Database,
  found: readonly string[],
  addressed: readonly PersonAccount[],
): PersonFacts {
  const persons = [...new Set(found)];
  const identities = persons.flatMap((id) => db.list(selectIdentities, id));
  const links = persons.flatMap((id) => db.list(selectLinks, id));
  const all = [
    ...addressed,
    ...identities.map(toAccount),
    ...links.flatMap((link) =>
      accountsAt(db, {
        channel: link.channel,
        account: link.account,
        externalId: link.external_id,
      }),
    ),
  ];
  const accounts = [
    ...new Map(all.map((one) => [JSON.stringify(Object.values(one)), one])).values(),
  ];
  const own = identities.flatMap(({ own_person_id: id }) => id ?? []);
  const personIds = [...new Set([...persons, ...own])];
  const known = personIds.flatMap((id) => db.find(selectPerson, id) ?? []);
  const names = [
    ...identities.map(({ name }) => name),
    ...known.flatMap(({ name, label }) => [name, label]),
  ].filter((name) => name !== null);
  return { personIds, accounts, names: [...new Set(names)] };
}

function toAccount(row: IdentityRecord): PersonAccount {
  const { channel, account_id: accountId, external_id: externalId } = row;
  return { channel, accountId, externalId };
}

const selectOpen = query<PurgeRecord>(
  `SELECT * FROM purge WHERE space = 'main' AND ended_at IS NULL ORDER BY begun_at LIMIT ?`,
);

export function listPurges({ db }: View, { limit }: Input<'listPurges'>): PurgeRow[] {
  return db.list(selectOpen, toLimit(limit)).map(toPurgeRow);
}
