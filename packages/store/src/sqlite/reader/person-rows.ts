import type { Json } from '@cuttle/core-types';
import type { PersonPart, PersonRow, PersonTrace, PrivacyReader } from '@cuttle/core-types/ports';
import { type Query, query } from '../database.ts';
import { entryColumns, type EntryWithText, messagesOfEntry, toText } from '../entry-text.ts';
import { isFromPerson, isNamed, isNamespaceOf, isOwnSession } from '../person-match.ts';
import type {
  IdentityRecord,
  InboundRecord,
  LinkRecord,
  PairingRecord,
  ScheduleRecord,
  SessionRecord,
  ValueRecord,
} from '../rows.ts';
import { fromStored, toJson } from '../stored-json.ts';
import { toLimit, type View } from '../view.ts';

/** One table walked along its rows: what it holds of the person. */
type Part = (view: View, trace: PersonTrace, page: { after: number; limit: number }) => Page;
type Page = { readonly rows: readonly PersonRow[]; readonly next?: number };

/** The next rows of a part that are the person's. */
export function listPersonRows(
  view: View,
  { trace, part, after, limit }: Parameters<PrivacyReader['listPersonRows']>[0],
): Page {
  return parts[part](view, trace, { after, limit: toLimit(limit) });
}

function walk<Row>(
  file: string,
  select: Query<Row & { readonly row: number }>,
  toRow: (row: Row, trace: PersonTrace) => Json | undefined,
): Part {
  return (view, trace, { after, limit }) => {
    const found = view.db.list(select, after, limit);
    const rows = found.flatMap((one) => {
      const row = toRow(one, trace);
      return row === undefined ? [] : [{ file, row }];
    });
    const last = found.length === limit ? found.at(-1)?.row : undefined;
    return { rows, ...(last !== undefined && { next: last }) };
  };
}

type Peer = Pick<IdentityRecord, 'channel' | 'account_id' | 'external_id'>;

function isAccountOf(row: Peer, { accounts }: PersonTrace): boolean {
  return accounts.some(
    ({ channel, accountId, externalId }) =>
      channel === row.channel && accountId === row.account_id && externalId === row.external_id,
  );
}

function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

type UsageSum = {
  readonly day: string;
  readonly person_id: string;
  readonly provider: string;
  readonly model: string;
  readonly calls: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cost_micros: number;
};
type Decision = {
  readonly decided_by: string | null;
  readonly decided_at: number | null;
  readonly state: string;
  readonly tool: string;
};

const parts: Readonly<Record<PersonPart, Part>> = {
  messages: listMessages,
  identities: walk<IdentityRecord>(
    'identities',
    query(`SELECT rowid AS row, * FROM identity WHERE rowid > ? ORDER BY rowid LIMIT ?`),
    (row, trace) =>
      isAccountOf(row, trace)
        ? {
            channel: row.channel,
            externalId: row.external_id,
            name: row.name,
            access: row.access,
            updatedAt: iso(row.updated_at),
          }
        : undefined,
  ),
  links: walk<LinkRecord>(
    'links',
    query(`SELECT rowid AS row, * FROM link WHERE rowid > ? ORDER BY rowid LIMIT ?`),
    (row, { personIds }) =>
      personIds.includes(row.person_id)
        ? { channel: row.channel, account: row.account, externalId: row.external_id }
        : undefined,
  ),
  pairings: walk<PairingRecord>(
    'pairings',
    query(`SELECT rowid AS row, * FROM pairing WHERE rowid > ? ORDER BY rowid LIMIT ?`),
    (row, trace) =>
      isAccountOf(row, trace)
        ? { channel: row.channel, externalId: row.external_id, askedAt: iso(row.created_at) }
        : undefined,
  ),
  usage: walk<UsageSum>(
    'usage',
    query(
      `SELECT rowid AS row, day, person_id, provider, model, calls, input_tokens, output_tokens, cost_micros FROM usage WHERE rowid > ? ORDER BY rowid LIMIT ?`,
    ),
    ({ person_id: id, ...sums }, trace) => (isNamed(trace, id) ? toPlain(sums) : undefined),
  ),
  schedules: walk<ScheduleRecord>(
    'schedules',
    query(`SELECT rowid AS row, * FROM schedule WHERE rowid > ? ORDER BY rowid LIMIT ?`),
    (row, trace) => {
      const { id, personId = '' } = fromStored(row.principal);
      return [row.owner, id, personId].some((one) => isNamed(trace, one))
        ? {
            text: row.text,
            agentId: row.agent_id,
            nextAt: iso(row.next_at),
            lastAt: iso(row.last_at),
          }
        : undefined;
    },
  ),
  notes: walk<ValueRecord>(
    'notes',
    query(`SELECT * FROM kv WHERE row > ? ORDER BY row LIMIT ?`),
    (row, trace) =>
      isNamespaceOf(row.namespace, trace)
        ? { key: row.key, value: toJson(row.value), at: iso(row.updated_at) }
        : undefined,
  ),
  approvals: walk<Decision>(
    'approvals',
    query(
      `SELECT approval.rowid AS row, decided_by, decided_at, approval.state, tool FROM approval JOIN call ON call.space = 'main' AND call.id = approval.call_id WHERE approval.rowid > ? ORDER BY approval.rowid LIMIT ?`,
    ),
    (row, trace) =>
      row.decided_by !== null && isNamed(trace, row.decided_by)
        ? { tool: row.tool, decision: row.state, at: iso(row.decided_at) }
        : undefined,
  ),
};

/** The words of columns, without the row's own number. */
function toPlain({ day, provider, model, ...sums }: Omit<UsageSum, 'person_id'>): Json {
  return {
    day,
    provider,
    model,
    calls: sums.calls,
    inputTokens: sums.input_tokens,
    outputTokens: sums.output_tokens,
    costMicros: sums.cost_micros,
  };
}

const selectMessages = query<InboundRecord & { readonly row: number }>(
  `SELECT rowid AS row, * FROM inbound WHERE rowid > ? ORDER BY rowid LIMIT ?`,
);
const selectSession = query<SessionRecord>(`SELECT * FROM session WHERE space = 'main' AND id = ?`);
const selectEntries = query<EntryWithText>(
  `SELECT ${entryColumns} WHERE entry.space = 'main' AND entry.run_id = ? ORDER BY entry.seq`,
);
/** Messages with what was answered, in one page. */
const mostRuns = 5;

/** What was said to and by the person: their own sessions whole, of others their runs; and what no run ever took. */
function listMessages(
  view: View,
  trace: PersonTrace,
  { after, limit }: { after: number; limit: number },
): Page {
  const { db } = view;
  const rows: PersonRow[] = [];
  const found = db.list(selectMessages, after, limit);
  let [runs, last] = [0, after];
  for (const row of found) {
    if (runs === mostRuns) return { rows, next: last };
    last = row.row;
    const session = db.find(selectSession, row.session_id);
    if (!session || !isTheirs(session, row)) continue;
    const file = `sessions/${session.id}`;
    const place = { sessionKey: session.key, title: session.title };
    if (row.run_id === null)
      rows.push({
        file,
        row: { ...place, at: iso(row.at), state: row.state, text: toText(row.body) },
      });
    // The run is told once, with its first message.
    if (row.run_id !== row.id) continue;
    runs += 1;
    for (const entry of db.list(selectEntries, row.id)) {
      const messages = toPlainJson(messagesOfEntry(db, entry));
      rows.push({ file, row: { ...place, seq: entry.seq, at: iso(entry.at), messages } });
    }
  }
  return { rows, ...(found.length === limit && { next: last }) };

  function isTheirs(session: SessionRecord, row: InboundRecord): boolean {
    return isFromPerson(row, trace) || isOwnSession(db, trace, session);
  }
}

/** Values of core-types are JSON; this says so to the compiler. */
function toPlainJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json; // whatever a JSON text holds is JSON
}
