import { query } from '../database.ts';
import type { EntryRecord } from '../rows.ts';
import type { LockedSession, Unit } from '../unit.ts';

const insertEntry = `INSERT INTO entry (session_id, generation, seq, kind, inbound_id, run_id, n, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;

/** The step an entry belongs to: the one that bound the input, gave the answer or planned the calls. */
export interface EntryPlace {
  readonly runId: string;
  readonly step: number;
}

/** A bound inbound enters the transcript. */
export function appendInput(
  unit: Unit,
  session: LockedSession,
  input: EntryPlace & { readonly inboundId: string },
): void {
  session.messages += 1;
  appendEntry(unit, session, { ...input, kind: 'input' });
}

export function appendAnswer(unit: Unit, session: LockedSession, place: EntryPlace): void {
  session.messages += 1;
  appendEntry(unit, session, { ...place, kind: 'answer' });
}

const selectCall = query<{ i: number }>(
  `SELECT i FROM call WHERE space = 'main' AND run_id = ? AND n = ? LIMIT 1`,
);
const selectResults = query<{ row: number }>(
  `SELECT row FROM entry WHERE space = 'main' AND run_id = ? AND n = ? AND kind = 'results' AND inbound_id IS NULL`,
);

/** The results of a step's calls enter the transcript together, once; they are read in the order of the calls. */
export function appendResults(unit: Unit, session: LockedSession, place: EntryPlace): void {
  const { db } = unit;
  if (!db.find(selectCall, place.runId, place.step)) return;
  if (db.find(selectResults, place.runId, place.step)) return;
  appendEntry(unit, session, { ...place, kind: 'results' });
}

function appendEntry(
  unit: Unit,
  session: LockedSession,
  entry: EntryPlace & {
    readonly kind: EntryRecord['kind'];
    readonly inboundId?: string;
  },
): void {
  unit.db.run(
    insertEntry,
    session.id,
    session.generation,
    session.next_entry++,
    entry.kind,
    entry.inboundId ?? null,
    entry.runId,
    entry.step,
    unit.now,
  );
}
