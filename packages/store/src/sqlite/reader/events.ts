import type { DurableEvent, Reader } from '@cuttle/core-types/ports';
import { query } from '../database.ts';
import type { EventRecord, SessionRecord, StepRow } from '../rows.ts';
import { fromStored } from '../stored-json.ts';
import { toLimit, type View } from '../view.ts';

const selectEvents = query<EventRecord>(
  `SELECT * FROM event WHERE space = 'main' AND session_id = ? AND seq > ? ORDER BY seq LIMIT ?`,
);

export function readEvents(view: View, input: Parameters<Reader['readEvents']>[0]): DurableEvent[] {
  const limit = toLimit(input.limit);
  return view.db.list(selectEvents, input.sessionId, input.after, limit).map(toDurableEvent);
}

function toDurableEvent(row: EventRecord): DurableEvent {
  return {
    sessionId: row.session_id,
    seq: row.seq,
    runId: row.run_id ?? undefined,
    kind: row.kind,
    ref: fromStored(row.ref),
    at: row.at,
  };
}

const selectFirst = query<{ first: number | null }>(
  `SELECT min(seq) AS first FROM event WHERE space = 'main' AND session_id = ?`,
);
const selectNext = query<Pick<SessionRecord, 'next_event'>>(
  `SELECT next_event FROM session WHERE space = 'main' AND id = ?`,
);

/** Without a kept event, `first` is the number that comes next. */
export function eventBounds(view: View, sessionId: string): { first: number; last: number } {
  const next = view.db.find(selectNext, sessionId)?.next_event ?? 1;
  const first = view.db.find(selectFirst, sessionId)?.first ?? next;
  return { first, last: next - 1 };
}

const selectOpen = query<StepRow>(
  `SELECT * FROM step WHERE space = 'main' AND run_id = ? AND state = 'open'`,
);
const selectDeltas = query<{ start: number; text: string }>(
  `SELECT start, text FROM delta WHERE space = 'main' AND run_id = ? AND n = ? AND attempt = ? ORDER BY start`,
);

/** What is journaled of the open step's text, up to the first piece that is missing. */
export function readOpenText(
  view: View,
  runId: string,
): { step: number; attempt: number; text: string } | undefined {
  const open = view.db.find(selectOpen, runId);
  if (!open) return undefined;
  let text = '';
  for (const delta of view.db.list(selectDeltas, runId, open.n, open.attempt))
    if (delta.start === text.length) text += delta.text;
  return { step: open.n, attempt: open.attempt, text };
}
