import { query } from '../database.ts';
import {
  type AnswerContent,
  answerContent,
  entryParts,
  type InputContent,
  inputContent,
  resultsContent,
} from '../record-chain.ts';
import type { SealedPart } from '../record-seal.ts';
import type { EntryRecord } from '../rows.ts';
import type { LockedSession, Unit } from '../unit.ts';

const insertEntry = `INSERT INTO entry (session_id, generation, seq, kind, inbound_id, run_id, n, at, mac) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** The step an entry belongs to: the one that bound the input, gave the answer or planned the calls. */
export interface EntryPlace {
  readonly runId: string;
  readonly step: number;
  /** When it was said, where that was not now. */
  readonly at?: number;
}

/** A bound inbound enters the transcript. */
export function appendInput(
  unit: Unit,
  session: LockedSession,
  input: EntryPlace & { readonly row: InputContent & { readonly id: string } },
): void {
  session.messages += 1;
  const { row, ...place } = input;
  const content = (): SealedPart[] => inputContent(row);
  appendEntry(unit, session, { ...place, kind: 'input', inboundId: row.id, content });
}

export function appendAnswer(
  unit: Unit,
  session: LockedSession,
  input: EntryPlace & { readonly row: AnswerContent },
): void {
  session.messages += 1;
  const { row, ...place } = input;
  appendEntry(unit, session, { ...place, kind: 'answer', content: () => answerContent(row) });
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
  const content = (): SealedPart[] => resultsContent(db, place.runId, place.step);
  appendEntry(unit, session, { ...place, kind: 'results', content });
}

function appendEntry(
  unit: Unit,
  session: LockedSession,
  entry: EntryPlace & {
    readonly kind: EntryRecord['kind'];
    readonly inboundId?: string;
    /** What it names, as its mac covers it. */
    content(): readonly SealedPart[];
  },
): void {
  const row = {
    session_id: session.id,
    generation: session.generation,
    seq: session.next_entry++,
    kind: entry.kind,
    inbound_id: entry.inboundId ?? null,
    run_id: entry.runId,
    n: entry.step,
    at: entry.at ?? unit.now,
  };
  const mac = unit.seal?.sign(entryParts(session.chain_mac, row, entry.content())) ?? null;
  if (mac !== null) {
    session.chained += 1;
    session.chain_mac = mac;
    // Made anew when the transaction ends.
    session.chain_head = null;
  }
  unit.db.run(
    insertEntry,
    row.session_id,
    row.generation,
    row.seq,
    row.kind,
    row.inbound_id,
    row.run_id,
    row.n,
    row.at,
    mac,
  );
}
