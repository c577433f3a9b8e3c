import type { History, Reader, TranscriptEntry } from '@cuttle/core-types/ports';
import { query } from '../database.ts';
import { entryColumns, type EntryWithText, messagesOfEntry, toText } from '../entry-text.ts';
import { listInherited, listStretches, type Stretch } from '../lineage.ts';
import type { InboundRecord, SessionRecord } from '../rows.ts';
import { toLimit, type View } from '../view.ts';

type Input<Name extends keyof Reader> = Parameters<Reader[Name]>[0];

const selectRange = query<EntryWithText>(
  `SELECT ${entryColumns} WHERE entry.space = 'main' AND entry.session_id = ? AND entry.seq > ? AND entry.seq <= ? AND entry.generation = ? ORDER BY entry.seq LIMIT ?`,
);

export function readTranscript(view: View, input: Input<'readTranscript'>): TranscriptEntry[] {
  const { sessionId, generation, afterSeq, uptoSeq } = input;
  const limit = toLimit(input.limit);
  const rows: EntryWithText[] = [];
  for (const one of listStretches(view.db, sessionId, generation)) {
    const [from, to] = [Math.max(afterSeq, one.afterSeq), Math.min(uptoSeq, one.uptoSeq)];
    const left = limit - rows.length;
    if (from >= to || left <= 0) continue;
    rows.push(...view.db.list(selectRange, one.sourceId, from, to, one.generation, left));
  }
  return rows.map((row) => toEntry(view, row));
}

function toEntry(view: View, row: EntryWithText): TranscriptEntry {
  return {
    seq: row.seq,
    runId: row.run_id,
    inboundId: row.inbound_id ?? undefined,
    step: row.kind === 'input' ? undefined : row.n,
    messages: messagesOfEntry(view.db, row),
    at: row.at,
  };
}

const selectSession = query<SessionRecord>(`SELECT * FROM session WHERE space = 'main' AND id = ?`);
/** Without what a rewind of the session that is read went back behind. */
const isShown = `NOT EXISTS (SELECT 1 FROM rewound WHERE rewound.space = 'main' AND rewound.session_id = ?1 AND rewound.after_seq < entry.seq AND rewound.upto_seq >= entry.seq)`;
const selectNewest = query<EntryWithText>(
  `SELECT ${entryColumns} WHERE entry.space = 'main' AND entry.session_id = ?1 AND entry.seq < ?2 AND ${isShown} ORDER BY entry.seq DESC LIMIT ?3`,
);
const selectInherited = query<EntryWithText>(
  `SELECT ${entryColumns} WHERE entry.space = 'main' AND entry.session_id = ?4 AND entry.generation = ?5 AND entry.seq > ?6 AND entry.seq < ?2 AND ${isShown} ORDER BY entry.seq DESC LIMIT ?3`,
);
const selectQueue = query<InboundRecord>(
  `SELECT * FROM inbound WHERE space = 'main' AND session_id = ? AND state = 'queued' AND control = 0 ORDER BY seq LIMIT 1000`,
);
const selectActive = query<{ id: string }>(
  `SELECT id FROM run WHERE space = 'main' AND session_id = ? AND ended_at IS NULL`,
);

export function readHistory(view: View, input: Input<'readHistory'>): History {
  const { sessionId, before } = input;
  const limit = toLimit(input.limit);
  const session = view.db.find(selectSession, sessionId);
  const rows = listNewest(
    view,
    { sessionId, before: before ?? Number.MAX_SAFE_INTEGER },
    limit + 1,
  );
  const page = rows.slice(0, limit).toReversed();
  const present = listStretches(view.db, sessionId, session?.generation ?? firstGeneration);
  return {
    entries: page.map((row) => ({ ...toEntry(view, row), past: !isOf(present, row) })),
    queued: before === undefined ? listQueued(view, sessionId) : [],
    before: rows.length > limit ? page[0]?.seq : undefined,
    eventSeq: (session?.next_event ?? 1) - 1,
    activeRunId: view.db.find(selectActive, sessionId)?.id,
  };
}

function isOf(stretches: readonly Stretch[], row: EntryWithText): boolean {
  return stretches.some(
    ({ sourceId, generation, afterSeq, uptoSeq }) =>
      sourceId === row.session_id &&
      generation === row.generation &&
      afterSeq < row.seq &&
      row.seq <= uptoSeq,
  );
}

/** The session's own entries from all its lives, then those that it began with. */
function listNewest(
  view: View,
  { sessionId, before }: { readonly sessionId: string; readonly before: number },
  limit: number,
): EntryWithText[] {
  const rows = view.db.list(selectNewest, sessionId, before, limit);
  if (rows.length === limit) return rows;
  for (const one of listInherited(view.db, sessionId, firstGeneration).toReversed()) {
    const place = [one.sourceId, one.generation, one.afterSeq] as const;
    const upto = Math.min(before, one.uptoSeq + 1);
    rows.push(...view.db.list(selectInherited, sessionId, upto, limit - rows.length, ...place));
  }
  return rows;
}

const firstGeneration = 1;

function listQueued(view: View, sessionId: string): History['queued'] {
  return view.db.list(selectQueue, sessionId).map((row) => ({
    inboundId: row.id,
    text: toText(row.body),
    at: row.at,
  }));
}
