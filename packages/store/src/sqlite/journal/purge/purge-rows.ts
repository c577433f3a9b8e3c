import { type Query, query } from '../../database.ts';
import { isNamed, isNamespaceOf, namesPerson } from '../../person-match.ts';
import type {
  InboundRecord,
  PinRecord,
  ScheduleRecord,
  TokenRecord,
  ValueRecord,
} from '../../rows.ts';
import { fromStored } from '../../stored-json.ts';
import type { Unit } from '../../unit.ts';
import { removeValue } from '../values.ts';
import { type AreaContext, type PurgeArea, pseudonymOf } from './purge-area.ts';
import { saltKey } from './salt-inbound.ts';

/** One table walked along its rows; `visit` returns whether the row was the person's. */
interface Walk<Row> {
  readonly select: Query<Row & { readonly row: number }>;
  visit(context: AreaContext, row: Row & { readonly row: number }): boolean;
}

/** An area of several tables, one after the other. The cursor: which, and its last row. */
function walkTables(walks: readonly ((context: AreaContext, after: number) => Page)[]): PurgeArea {
  return (context, [at, after]) => {
    const page = walks[at]?.(context, after);
    if (!page) return { count: 0, next: undefined };
    if (page.next !== undefined) return { count: page.count, next: [at, page.next] };
    return { count: page.count, next: at + 1 < walks.length ? [at + 1, 0] : undefined };
  };
}

interface Page {
  readonly count: number;
  readonly next: number | undefined;
}

function walk<Row>({ select, visit }: Walk<Row>): (context: AreaContext, after: number) => Page {
  return (context, after) => {
    const rows = context.unit.db.list(select, after, context.limit);
    const count = rows.filter((row) => visit(context, row)).length;
    return { count, next: rows.length === context.limit ? rows.at(-1)?.row : undefined };
  };
}

type Seen = Pick<InboundRecord, 'account_id' | 'external_id'>;

/** Keys of messages whose rows went before. Messages in a chat with the person alone are known by its address. */
export const purgeKeys: PurgeArea = walkTables([
  walk<Seen>({
    select: query(
      `SELECT rowid AS row, account_id, external_id FROM seen WHERE rowid > ? ORDER BY rowid LIMIT ?`,
    ),
    visit({ unit, trace }, row) {
      const accounts = trace.accounts.filter(({ accountId }) => accountId === row.account_id);
      const isTheirs = namesPerson(row.external_id, { ...trace, accounts });
      return isTheirs && saltKey(unit, row);
    },
  }),
]);

const removeSchedule = `DELETE FROM schedule WHERE rowid = ?`;
const removePin = `DELETE FROM pin WHERE row = ?`;
const renamePin = `UPDATE pin SET added_by = CASE WHEN added_by = ?1 THEN ?2 ELSE added_by END, removed_by = CASE WHEN removed_by = ?1 THEN ?2 ELSE removed_by END WHERE row = ?3`;
const renameDecider = `UPDATE approval SET decided_by = ? WHERE rowid = ?`;
const renameUndoer = `UPDATE summary SET undone_by = ? WHERE rowid = ?`;
const removeToken = `DELETE FROM token WHERE rowid = ?`;

/** Schedules, notes, pins, tokens, and who decided what. */
export const purgeKept: PurgeArea = walkTables([
  walk<Pick<ScheduleRecord, 'owner' | 'session_key' | 'principal'>>({
    select: query(
      `SELECT rowid AS row, owner, session_key, principal FROM schedule WHERE rowid > ? ORDER BY rowid LIMIT ?`,
    ),
    visit({ unit, trace }, row) {
      const { id, personId = '' } = fromStored(row.principal);
      const isTheirs =
        [row.owner, id, personId].some((one) => isNamed(trace, one)) ||
        namesPerson(row.session_key, trace);
      return isTheirs && unit.db.run(removeSchedule, row.row) > 0;
    },
  }),
  walk<Pick<ValueRecord, 'namespace' | 'key'>>({
    select: query(`SELECT row, namespace, key FROM kv WHERE row > ? ORDER BY row LIMIT ?`),
    visit({ unit, trace }, { namespace, key }) {
      return isNamespaceOf(namespace, trace) && removeValue(unit, { namespace, key });
    },
  }),
  walk<Pick<PinRecord, 'session_key' | 'added_by' | 'removed_by'>>({
    select: query(
      `SELECT row, session_key, added_by, removed_by FROM pin WHERE row > ? ORDER BY row LIMIT ?`,
    ),
    visit(context, { row, session_key: key, added_by: adder, removed_by: remover }) {
      const { unit, trace } = context;
      if (key !== null && namesPerson(key, trace)) return unit.db.run(removePin, row) > 0;
      const named = [adder, remover].filter((one) => one !== null && isNamed(trace, one));
      for (const one of named) unit.db.run(renamePin, one, pseudonymOf(context), row);
      return named.length > 0;
    },
  }),
  walk<{ readonly name: string | null }>({
    select: query(
      `SELECT rowid AS row, decided_by AS name FROM approval WHERE rowid > ? ORDER BY rowid LIMIT ?`,
    ),
    visit: renamed(renameDecider),
  }),
  walk<{ readonly name: string | null }>({
    select: query(
      `SELECT rowid AS row, undone_by AS name FROM summary WHERE rowid > ? ORDER BY rowid LIMIT ?`,
    ),
    visit: renamed(renameUndoer),
  }),
  walk<Pick<TokenRecord, 'principal'>>({
    select: query(
      `SELECT rowid AS row, principal FROM token WHERE rowid > ? ORDER BY rowid LIMIT ?`,
    ),
    visit({ unit, trace }, row) {
      const { id, personId = '' } = fromStored(row.principal);
      const isTheirs = isNamed(trace, id) || isNamed(trace, personId);
      return isTheirs && unit.db.run(removeToken, row.row) > 0;
    },
  }),
]);

function renamed(statement: string): Walk<{ readonly name: string | null }>['visit'] {
  return (context, { row, name }) => {
    if (name === null || !isNamed(context.trace, name)) return false;
    return context.unit.db.run(statement, pseudonymOf(context), row) > 0;
  };
}

const addUnder = `INSERT INTO usage (day, session_id, agent_id, person_id, provider, model, calls, unpriced, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens, cost_micros)
SELECT day, session_id, agent_id, ?, provider, model, calls, unpriced, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens, cost_micros FROM usage WHERE rowid = ?
ON CONFLICT DO UPDATE SET calls = calls + excluded.calls, unpriced = unpriced + excluded.unpriced, input_tokens = input_tokens + excluded.input_tokens, output_tokens = output_tokens + excluded.output_tokens,
cache_read_tokens = cache_read_tokens + excluded.cache_read_tokens, cache_write_tokens = cache_write_tokens + excluded.cache_write_tokens,
reasoning_tokens = reasoning_tokens + excluded.reasoning_tokens, cost_micros = cost_micros + excluded.cost_micros`;
const removeUsage = `DELETE FROM usage WHERE rowid = ?`;
const removeSpend = `DELETE FROM spend WHERE rowid = ?`;

/** Sums stay right, under the name of the purge. */
export const purgeUsage: PurgeArea = walkTables([
  walk<{ readonly person_id: string }>({
    select: query(
      `SELECT rowid AS row, person_id FROM usage WHERE rowid > ? ORDER BY rowid LIMIT ?`,
    ),
    visit(context, { row, person_id: id }) {
      const { unit, trace } = context;
      if (!isNamed(trace, id)) return false;
      unit.db.run(addUnder, pseudonymOf(context), row);
      return unit.db.run(removeUsage, row) > 0;
    },
  }),
  walk<{ readonly scope: string }>({
    select: query(`SELECT rowid AS row, scope FROM spend WHERE rowid > ? ORDER BY rowid LIMIT ?`),
    visit({ unit, trace }, { row, scope }) {
      const isTheirs = scope.startsWith('person:') && isNamed(trace, scope.slice(7));
      return isTheirs && unit.db.run(removeSpend, row) > 0;
    },
  }),
]);

const removals = [
  `DELETE FROM pairing WHERE space = 'main' AND channel = ? AND account_id = ? AND external_id = ?`,
  `DELETE FROM identity WHERE space = 'main' AND channel = ? AND account_id = ? AND external_id = ?`,
];
const removeLinks = `DELETE FROM link WHERE space = 'main' AND channel = ? AND external_id = ?`;
const removeLinksOf = `DELETE FROM link WHERE space = 'main' AND person_id = ?`;
const removePerson = `DELETE FROM person WHERE space = 'main' AND id = ? AND NOT EXISTS (SELECT 1 FROM identity WHERE identity.space = 'main' AND identity.person_id = person.id)`;

/** Pairings, accounts and links, and the person last: until then a purge that was cut finds them again. */
export const purgeIdentities: PurgeArea = ({ unit, trace }) => {
  const { db }: Unit = unit;
  let count = 0;
  for (const { channel, accountId, externalId } of trace.accounts) {
    for (const statement of removals) count += db.run(statement, channel, accountId, externalId);
    count += db.run(removeLinks, channel, externalId);
  }
  for (const id of trace.personIds) count += db.run(removeLinksOf, id);
  for (const id of trace.personIds) count += db.run(removePerson, id);
  return { count, next: undefined };
};
