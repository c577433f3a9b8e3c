import type { Json } from '@cuttle/core-types';
import type { PersonTrace } from '@cuttle/core-types/ports';
import { query } from '../../database.ts';
import { namesPerson } from '../../person-match.ts';
import type { AuditRecord } from '../../rows.ts';
import { fromStored, toStored } from '../../stored-json.ts';
import { appendAudit } from '../audit.ts';
import { type AreaContext, type PurgeArea, pseudonymOf } from './purge-area.ts';

const selectNext = query<AuditRecord>(
  `SELECT * FROM audit WHERE space = 'main' AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?`,
);
const selectLast = query<{ seq: number }>(
  `SELECT seq FROM audit WHERE space = 'main' ORDER BY seq DESC LIMIT 1`,
);
const update = `UPDATE audit SET principal = ?, subject = ?, details = ?, redacted_by = ? WHERE seq = ?`;

/**
 * Rows stay, under another name: each points to a row that says so itself, which is how a check tells this from a forgery.
 * The cursor: the last row looked at, and the last one when it began.
 */
export const redactAudit: PurgeArea = (context, [after, end]) => {
  const { unit, limit } = context;
  const upto = end === 0 ? (unit.db.find(selectLast)?.seq ?? 0) : end;
  const rows = unit.db.list(selectNext, after, upto, limit);
  const changed = rows.flatMap((row) => {
    const words = toRedacted(context, row);
    return words ? [{ row, words }] : [];
  });
  if (changed.length > 0) {
    const by = appendAudit(unit, {
      kind: 'audit.redact',
      principal: 'gateway',
      details: { purge: context.purgeId, rows: changed.map(({ row }) => row.seq) },
    });
    for (const { row, words } of changed)
      unit.db.run(update, words.principal, words.subject, words.details, by, row.seq);
  }
  const last = rows.at(-1)?.seq;
  const isEnd = rows.length < limit || last === undefined;
  return { count: changed.length, next: isEnd ? undefined : [last, upto] };
};

type Words = Pick<AuditRecord, 'principal' | 'subject' | 'details'>;

/** Undefined where the row does not name the person. */
function toRedacted(context: AreaContext, row: AuditRecord): Words | undefined {
  const clean = (text: string): string => withoutNames(text, context.trace, pseudonymOf(context));
  const details = toStored(eachText(fromStored(row.details), clean));
  const subject = row.subject === null ? null : clean(row.subject);
  const principal = clean(row.principal);
  const isSame = details === row.details && subject === row.subject && principal === row.principal;
  return isSame ? undefined : { principal, subject, details };
}

function eachText(value: Json, change: (text: string) => string): Json {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((one) => eachText(one, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, eachText(one, change)]),
  );
}

/** A text that is a name or an id of the person, or a key that holds one, becomes the pseudonym whole. */
function withoutNames(text: string, trace: PersonTrace, pseudonym: string): string {
  const isName =
    trace.names.includes(text) ||
    trace.principals.some((id) => text.includes(id)) ||
    namesPerson(text, trace);
  return isName ? pseudonym : text;
}
