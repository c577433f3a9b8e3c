import type { AssistantMessage, InboundBody, Message, ToolResultPart } from '@cuttle/core-types';
import type { History, MessageHit, Reader, TranscriptEntry } from '@cuttle/core-types/ports';
import type { EntryRecord, InboundRecord, SessionRecord } from '../rows.ts';
import { toMessages, toSearchQuery, toSnippet, wordsOf } from '../search-text.ts';
import { fromStored, fromStoredOr } from '../stored-json.ts';
import { toLimit, type View } from '../view.ts';

type Input<Name extends keyof Reader> = Parameters<Reader[Name]>[0];

/** An entry with the text of the row it names. */
type EntryWithText = EntryRecord & { readonly body: string | null; readonly answer: string | null };

const columns = `entry.*, inbound.body, step.answer FROM entry
LEFT JOIN inbound ON inbound.space = 'main' AND inbound.id = entry.inbound_id
LEFT JOIN step ON step.space = 'main' AND step.run_id = entry.run_id AND step.n = entry.n AND entry.kind = 'answer'`;

const selectRange = `SELECT ${columns} WHERE entry.space = 'main' AND entry.session_id = ? AND entry.seq > ? AND entry.seq <= ? AND entry.generation = ? ORDER BY entry.seq LIMIT ?`;

export function readTranscript(view: View, input: Input<'readTranscript'>): TranscriptEntry[] {
  const { sessionId, generation, afterSeq, uptoSeq } = input;
  const limit = toLimit(input.limit);
  return view.db
    .list<EntryWithText>(selectRange, sessionId, afterSeq, uptoSeq, generation, limit)
    .map((row) => toEntry(view, row));
}

function toEntry(view: View, row: EntryWithText): TranscriptEntry {
  return {
    seq: row.seq,
    runId: row.run_id,
    inboundId: row.inbound_id ?? undefined,
    step: row.kind === 'input' ? undefined : row.n,
    messages: messagesOfEntry(view, row),
    at: row.at,
  };
}

const selectResults = `SELECT result FROM call WHERE space = 'main' AND run_id = ? AND n = ? ORDER BY i`;

function messagesOfEntry(view: View, row: EntryWithText): readonly Message[] {
  switch (row.kind) {
    case 'input':
      return row.body === null ? [] : toMessages(fromStored<InboundBody>(row.body));
    case 'answer':
      return row.answer === null ? [] : [fromStored<AssistantMessage>(row.answer)];
    case 'results': {
      const results = view.db.list<{ result: string | null }>(selectResults, row.run_id, row.n);
      const parts = results.flatMap(({ result }) => fromStoredOr<ToolResultPart>(result) ?? []);
      return [{ role: 'tool', parts }];
    }
  }
}

const selectSession = `SELECT * FROM session WHERE space = 'main' AND id = ?`;
const selectNewest = `SELECT ${columns} WHERE entry.space = 'main' AND entry.session_id = ? AND entry.seq < ? ORDER BY entry.seq DESC LIMIT ?`;
const selectQueue = `SELECT * FROM inbound WHERE space = 'main' AND session_id = ? AND state = 'queued' AND control = 0 ORDER BY seq LIMIT 1000`;
const selectActive = `SELECT id FROM run WHERE space = 'main' AND session_id = ? AND ended_at IS NULL`;

export function readHistory(view: View, input: Input<'readHistory'>): History {
  const { sessionId, before } = input;
  const limit = toLimit(input.limit);
  const session = view.db.find<SessionRecord>(selectSession, sessionId);
  const rows = view.db.list<EntryWithText>(
    selectNewest,
    sessionId,
    before ?? Number.MAX_SAFE_INTEGER,
    limit + 1,
  );
  const page = rows.slice(0, limit).reverse();
  return {
    entries: page.map((row) => toEntry(view, row)),
    queued: before === undefined ? listQueued(view, sessionId) : [],
    before: rows.length > limit ? page[0]?.seq : undefined,
    eventSeq: (session?.next_event ?? 1) - 1,
    activeRunId: view.db.find<{ id: string }>(selectActive, sessionId)?.id,
  };
}

function listQueued(view: View, sessionId: string): History['queued'] {
  return view.db.list<InboundRecord>(selectQueue, sessionId).map((row) => ({
    inboundId: row.id,
    text: toText(row.body),
    at: row.at,
  }));
}

/** What an inbound said, for people. */
export function toText(body: string): string {
  return toMessages(fromStored<InboundBody>(body)).map(wordsOf).join('\n');
}

const roles = { input: 'user', answer: 'assistant', results: 'tool' } as const;

const selectHits = `SELECT ${columns} JOIN message_text ON message_text.rowid = entry.row WHERE message_text MATCH ? ORDER BY message_text.rowid DESC LIMIT ?`;
const selectRow = `SELECT row FROM session WHERE space = 'main' AND key = ?`;
const selectKey = `SELECT key FROM session WHERE space = 'main' AND id = ?`;

export function searchMessages(view: View, input: Input<'searchMessages'>): MessageHit[] {
  const { query, sessionKey } = input;
  const place = sessionKey === undefined ? undefined : findPlace(view, sessionKey);
  const match = toSearchQuery(query, place);
  if (match === undefined || (sessionKey !== undefined && place === undefined)) return [];
  const limit = toLimit(input.limit);
  return view.db.list<EntryWithText>(selectHits, match, limit).map((row) => ({
    sessionKey: view.db.find<{ key: string }>(selectKey, row.session_id)?.key ?? '',
    entrySeq: row.seq,
    role: roles[row.kind],
    snippet: toSnippet(messagesOfEntry(view, row).map(wordsOf).join('\n'), query),
    at: row.at,
  }));
}

function findPlace(view: View, sessionKey: string): string | undefined {
  const row = view.db.find<{ row: number }>(selectRow, sessionKey)?.row;
  return row === undefined ? undefined : `s${row}`;
}
