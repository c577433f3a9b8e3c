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
  const filters = [
    pageFilter(input.before),
    agentFilter(input),
    archivedFilter(input),
    searchFilter(input),
  ];
  const used = filters.filter((filter) => filter !== undefined);
  const where = used.map((filter) => ` AND ${filter.sql}`).join('');
  const rows = view.db.list(
    query<SessionRecord>(
      `SELECT * FROM session WHERE space = 'main' AND active_at IS NOT NULL${where} ORDER BY active_at DESC, id DESC LIMIT ?`,
    ),
    ...used.flatMap((filter) => filter.values),
    limit + 1,
  );
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return { sessions: page.map(toSessionRow), next: last && `${last.active_at}.${last.id}` };
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

function agentFilter({ agentId }: ListInput): Filter | undefined {
  return agentId === undefined ? undefined : { sql: 'agent_id = ?', values: [agentId] };
}

function archivedFilter({ archived }: ListInput): Filter | undefined {
  // A literal, so that the partial index of archived sessions can serve.
  return archived === undefined
    ? undefined
    : { sql: `archived = ${archived ? '1' : '0'}`, values: [] };
}

const shortSearch = `row IN (SELECT row FROM session WHERE space = 'main' AND active_at IS NOT NULL ORDER BY active_at DESC LIMIT 1000) AND instr(lower(key || ' ' || coalesce(title, '')), ?) > 0`;
const indexedSearch = `row IN (SELECT rowid FROM session_text WHERE words MATCH ?)`;

/** The index knows pieces of three letters; shorter ones are looked for in the newest sessions. */
function searchFilter({ search }: ListInput): Filter | undefined {
  const words = search?.trim() ?? '';
  if (words === '') return undefined;
  if (Array.from(words).length < 3) return { sql: shortSearch, values: [words.toLowerCase()] };
  return { sql: indexedSearch, values: [`"${words.slice(0, 256).replaceAll('"', '""')}"`] };
}
