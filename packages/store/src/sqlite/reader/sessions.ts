import { CuttleError } from '@cuttle/core-types/errors';
import type { Reader, SessionRow } from '@cuttle/core-types/ports';
import { query } from '../database.ts';
import type { SessionRecord } from '../rows.ts';
import { toSessionRow } from '../session-row.ts';
import { toLimit, type View } from '../view.ts';

const selectByKey = query<SessionRecord>(`SELECT * FROM session WHERE space = 'main' AND key = ?`);
const selectById = query<SessionRecord>(`SELECT * FROM session WHERE space = 'main' AND id = ?`);

export function findSession(view: View, sessionKey: string): SessionRow | undefined {
  const row = view.db.find(selectByKey, sessionKey);
  return row && toSessionRow(row);
}

export function findSessionById(view: View, sessionId: string): SessionRow | undefined {
  const row = view.db.find(selectById, sessionId);
  return row && toSessionRow(row);
}

type ListInput = Parameters<Reader['listSessions']>[0];
type Page = Awaited<ReturnType<Reader['listSessions']>>;

/** Newest first. A place that was only ever refused has no activity and is not listed. */
export function listSessions(view: View, input: ListInput): Page {
  const limit = toLimit(input.limit);
  const marks = input.archived === undefined ? [0, 1] : [Number(input.archived)];
  // Each index holds archived ones apart: both parts are read, and joined.
  const rows = marks
    .flatMap((archived) => listMarked(view, input, { archived, limit: limit + 1 }))
    .toSorted(byActivity);
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return { sessions: page.map(toSessionRow), next: last && `${last.active_at}.${last.id}` };
}

function byActivity(left: SessionRecord, right: SessionRecord): number {
  const newer = (right.active_at ?? 0) - (left.active_at ?? 0);
  return newer === 0 ? compare(right.id, left.id) : newer;
}

/** As SQLite compares ids, which are ASCII. */
function compare(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}

function listMarked(
  view: View,
  input: ListInput,
  { archived, limit }: { readonly archived: number; readonly limit: number },
): readonly SessionRecord[] {
  const filters = [
    pageFilter(input.before),
    equalFilter('agent_id', input.agentId),
    equalFilter('channel', input.channel),
    searchFilter(input, archived),
  ];
  const used = filters.filter((filter) => filter !== undefined);
  const where = used.map((filter) => ` AND ${filter.sql}`).join('');
  return view.db.list(
    query<SessionRecord>(
      `SELECT * FROM session WHERE space = 'main' AND archived = ? AND active_at IS NOT NULL${where} ORDER BY active_at DESC, id DESC LIMIT ?`,
    ),
    archived,
    ...used.flatMap((filter) => filter.values),
    limit,
  );
}

interface Filter {
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

function pageFilter(before: string | undefined): Filter | undefined {
  if (before === undefined) return undefined;
  const [, at, id] = /^(\d{1,15})\.(.+)$/.exec(before) ?? [];
  if (at === undefined || id === undefined)
    throw new CuttleError('request.invalid', 'This is no cursor of a session list.', {
      hint: 'Pass `next` of the page before, or nothing for the first page.',
    });
  return { sql: '(active_at, id) < (?, ?)', values: [Number(at), id] };
}

function equalFilter(column: string, value: string | undefined): Filter | undefined {
  return value === undefined ? undefined : { sql: `${column} = ?`, values: [value] };
}

const shortSearch = `row IN (SELECT row FROM session WHERE space = 'main' AND archived = ? AND active_at IS NOT NULL ORDER BY active_at DESC LIMIT 1000) AND instr(lower(key || ' ' || coalesce(title, '')), ?) > 0`;
const indexedSearch = `row IN (SELECT rowid FROM session_text WHERE words MATCH ?)`;

/** The index knows pieces of three letters; shorter ones are looked for in the newest sessions. */
function searchFilter({ search }: ListInput, archived: number): Filter | undefined {
  const words = search?.trim() ?? '';
  if (words === '') return undefined;
  if (Array.from(words).length < 3)
    return { sql: shortSearch, values: [archived, words.toLowerCase()] };
  return { sql: indexedSearch, values: [`"${words.slice(0, 256).replaceAll('"', '""')}"`] };
}
