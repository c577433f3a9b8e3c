import type { PersonTrace } from '@cuttle/core-types/ports';
import { type Database, query } from './database.ts';
import type { InboundRecord, SessionRecord } from './rows.ts';
import { fromStored } from './stored-json.ts';

/** Whether a key of ours, whose segments are parted by colons and slashes, holds an account or a person's id as one of them. */
export function namesPerson(
  key: string,
  { accounts, personIds }: Pick<PersonTrace, 'accounts' | 'personIds'>,
): boolean {
  const segments = new Set(key.split(/[:/]/).map(decodeSegment));
  return (
    personIds.some((id) => segments.has(id)) ||
    // An id may hold a colon itself, as those of Matrix do.
    accounts.some(
      ({ externalId: id }) => segments.has(id) || (id.includes(':') && key.includes(id)),
    )
  );
}

/** As keys of sessions have them. */
function decodeSegment(segment: string): string {
  return segment.replace(/%3A/g, ':').replace(/%25/g, '%');
}

/** Whether an id of a person or of a principal is theirs. */
export function isNamed(trace: PersonTrace, id: string): boolean {
  return trace.personIds.includes(id) || trace.principals.includes(id);
}

export function isFromPerson(
  { principal_id: id, principal }: Pick<InboundRecord, 'principal_id' | 'principal'>,
  { principals, personIds }: PersonTrace,
): boolean {
  if (principals.includes(id)) return true;
  const { personId } = fromStored(principal);
  return personId !== undefined && personIds.includes(personId);
}

/** Whether a namespace of values, whose parts are encoded, is the person's. */
export function isNamespaceOf(namespace: string, trace: PersonTrace): boolean {
  return namespace.split(':').some((part) => isNamed(trace, decode(part)));
}

/** Undone what `encodeURIComponent` did; another text as it is. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    if (error instanceof URIError) return part;
    throw error;
  }
}

const selectOther = query<{ id: string }>(
  `SELECT id FROM inbound WHERE space = 'main' AND session_id = ?1 AND principal_id NOT IN (SELECT value FROM json_each(?2)) AND principal_id >= ?3 AND principal_id < ?4 LIMIT 1`,
);

/** Whether nobody else speaks in it; in a place that is named for the person, other people are meant, as the owner may write there too. */
export function isOwnSession(
  db: Database,
  trace: PersonTrace,
  session: Pick<SessionRecord, 'id' | 'key'>,
): boolean {
  const isPlace = namesPerson(session.key, trace);
  const [from, to] = isPlace ? ['person:', 'person;'] : ['', '\u{10FFFF}'];
  const theirs = JSON.stringify([...trace.principals, ...(isPlace ? [] : ['purged'])]);
  return db.find(selectOther, session.id, theirs, from, to) === undefined;
}
