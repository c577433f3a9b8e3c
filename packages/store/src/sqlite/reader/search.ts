import type { MessageHit, Reader } from '@cuttle/core-types/ports';
import { CuttleError } from '@cuttle/core-types/errors';
import { query } from '../database.ts';
import { entryColumns, type EntryWithText, messagesOfEntry } from '../entry-text.ts';
import { toSearchQuery } from '../search-query.ts';
import { toSnippet } from '../search-snippet.ts';
import { toPlace, wordsOf } from '../search-text.ts';
import { toLimit, type View } from '../view.ts';

type Input = Parameters<Reader['searchMessages']>[0];
type Page = Awaited<ReturnType<Reader['searchMessages']>>;

/** Hits that are ranked together, the newest first: with more of them, a search would cost more the longer one talks. */
const windowSize = 1_000;
/** After so long a message weighs half as much again as one that is very old. */
const halfLifeMs = 30 * 86_400_000;

/** Where a page begins: below which entry, behind how many of the ranked ones, and what was now. */
interface Cursor {
  readonly below: number;
  readonly skip: number;
  readonly now: number;
}

interface Candidate {
  readonly row: number;
  readonly at: number;
  readonly score: number;
}

const selectCandidates = query<Candidate>(
  `SELECT entry.row, entry.at, -bm25(message_text, 0.0, 1.0) AS score FROM message_text JOIN entry ON entry.row = message_text.rowid
WHERE message_text MATCH ? AND message_text.rowid < ? AND message_text.rowid > ? AND entry.at >= ? AND entry.at < ? ORDER BY message_text.rowid DESC LIMIT ?`,
);

/** The best of the newest, page by page: words that are rare and stand close weigh more, and so do recent messages. */
export function searchMessages(view: View, input: Input): Page {
  const match = toMatch(view, input);
  if (match === undefined) return { hits: [] };
  const { now, ...from } = parseCursor(input.before) ?? { ...start, now: view.now };
  const { since = 0, until = Number.MAX_SAFE_INTEGER } = input;
  const limit = toLimit(input.limit);
  const above = input.since === undefined ? 0 : findRowBefore(view, input.since);
  const below =
    input.until === undefined
      ? from.below
      : Math.min(from.below, findRowBefore(view, input.until) + slack);
  const found = view.db.list(selectCandidates, match, below, above, since, until, windowSize);
  const weigh = ({ score, at }: Candidate): number =>
    score * (1 + 2 ** (-Math.max(0, now - at) / halfLifeMs));
  const ranked = found.toSorted(
    (left, right) => weigh(right) - weigh(left) || right.row - left.row,
  );
  const page = ranked.slice(from.skip, from.skip + limit);
  const isMore = from.skip + limit < ranked.length;
  const next = isMore
    ? { below: from.below, skip: from.skip + limit, now }
    : found.length === windowSize
      ? { below: found.at(-1)?.row ?? 0, skip: 0, now }
      : undefined;
  return {
    hits: page.flatMap(({ row }) => toHit(view, row, input.query) ?? []),
    ...(next && { next: formatCursor(next) }),
  };
}

const start = { below: Number.MAX_SAFE_INTEGER, skip: 0 };

function parseCursor(text: string | undefined): Cursor | undefined {
  if (text === undefined) return undefined;
  const [, below, skip, now] = /^(\d{1,16})\.(\d{1,4})\.(\d{1,16})$/.exec(text) ?? [];
  if (below === undefined || skip === undefined || now === undefined)
    throw new CuttleError('request.invalid', 'This is no cursor of a search.', {
      hint: 'Pass `next` of the page before, or nothing for the first page.',
    });
  return { below: Number(below), skip: Number(skip), now: Number(now) };
}

function formatCursor({ below, skip, now }: Cursor): string {
  return `${below}.${skip}.${now}`;
}

const selectPlace = query<{ row: number }>(
  `SELECT row FROM session WHERE space = 'main' AND key = ?`,
);

/** What the index is asked for; undefined where nothing can be found. */
function toMatch(view: View, input: Input): string | undefined {
  const { sessionKey, agentId, channel, person } = input;
  const places: string[] = [];
  if (sessionKey !== undefined) {
    const row = view.db.find(selectPlace, sessionKey)?.row;
    if (row === undefined) return undefined;
    places.push(`s${row}`);
  }
  if (agentId !== undefined) places.push(toPlace(`agent ${agentId}`));
  if (channel !== undefined) places.push(toPlace(`channel ${channel}`));
  if (person !== undefined)
    places.push(
      principalsOf(view, person)
        .map((id) => toPlace(`person ${id}`))
        .join(' OR '),
    );
  return toSearchQuery(input.query, places);
}

const selectIdentities = query<{ channel: string; account_id: string; external_id: string }>(
  `SELECT channel, account_id, external_id FROM identity WHERE space = 'main' AND person_id = ? LIMIT 50`,
);

/** A person by each of their accounts; a principal by itself. */
function principalsOf(view: View, person: string): readonly string[] {
  const accounts = view.db.list(selectIdentities, person);
  const ids = accounts.map((one) => `person:${one.channel}:${one.account_id}:${one.external_id}`);
  return [person, ...ids];
}

/** Entries around a time, when the clock was set back and forth. */
const slack = 1_000;
const selectAt = query<{ row: number; at: number }>(
  `SELECT row, at FROM entry WHERE row >= ? ORDER BY row LIMIT 1`,
);
const selectLast = query<{ row: number }>(`SELECT coalesce(max(row), 0) AS row FROM entry`);

/** The row number below which entries are older than a time. They come in order of time, but for a clock that was set. */
function findRowBefore(view: View, time: number): number {
  let low = 0;
  let high = view.db.find(selectLast)?.row ?? 0;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const entry = view.db.find(selectAt, middle);
    if (entry && entry.at < time) low = Math.max(middle + 1, entry.row + 1);
    else high = middle;
  }
  return Math.max(0, low - slack);
}

const roles = { input: 'user', answer: 'assistant', results: 'tool' } as const;
const selectHit = query<EntryWithText & { readonly key: string }>(
  `SELECT session.key, ${entryColumns} JOIN session ON session.space = 'main' AND session.id = entry.session_id WHERE entry.row = ? AND session.active_at IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM rewound WHERE rewound.space = 'main' AND rewound.session_id = entry.session_id AND rewound.after_seq < entry.seq AND rewound.upto_seq >= entry.seq)`,
);

/** Undefined for what is shown no more: it was rewound, or its session is being removed. */
function toHit(view: View, row: number, said: string): MessageHit | undefined {
  const entry = view.db.find(selectHit, row);
  if (!entry) return undefined;
  const { text, marks } = toSnippet(messagesOfEntry(view.db, entry).map(wordsOf).join('\n'), said);
  return {
    sessionKey: entry.key,
    entrySeq: entry.seq,
    generation: entry.generation,
    role: roles[entry.kind],
    snippet: text,
    marks,
    at: entry.at,
  };
}
