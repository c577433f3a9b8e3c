import type { AssistantMessage, TaintSource } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import type { Journal, SessionRow } from '@cuttle/core-types/ports';
import { query } from '../database.ts';
import { cutStretches, listStretches, type Stretch } from '../lineage.ts';
import type { EntryRecord, RunRecord } from '../rows.ts';
import { toSessionRow } from '../session-row.ts';
import { fromStored, fromStoredOr, type Stored } from '../stored-json.ts';
import {
  addEvent,
  findSessionByKey,
  type LockedSession,
  openSession,
  toSettled,
  touchSession,
  type Unit,
} from '../unit.ts';
import { stopRun } from './abort.ts';
import { copyPins } from './pins.ts';
import { stopBelow } from './stop-subagents.ts';
import { findActiveRun, taintSession } from './runs.ts';
import { renameSession, setPersona, setThinking } from './sessions.ts';
import { putTombstone } from './tombstones.ts';

type Input<Name extends keyof Journal> = Parameters<Journal[Name]>[0];
type Output<Name extends keyof Journal> = Awaited<ReturnType<Journal[Name]>>;

/** A session that begins with another one's transcript. */
export function forkSession(unit: Unit, input: Input<'forkSession'>): Output<'forkSession'> {
  const source = requireSession(unit, input.sourceKey);
  if (findSessionByKey(unit, input.sessionKey)) throw existsAlready(input.sessionKey);
  const last = input.atEntry ?? source.next_entry - 1;
  const { line, generation } = lineAt(unit, source, last);
  const { stretches, uptoSeq } = findCut(unit, line, last);
  const session = openSession(unit, { key: input.sessionKey, agentId: input.agentId });
  inherit(unit, session, { stretches, sourceId: source.id, generation });
  session.next_entry = uptoSeq + 1;
  putTombstone(unit, session, { uptoSeq, reason: 'forked' });
  session.model = source.model;
  // How its model counts is known already: the fork's requests are fitted as the source's are.
  session.context_scale = source.context_scale;
  setPersona(unit, session, source.persona);
  setThinking(unit, session, source.thinking);
  copyPins(unit, source, session);
  // What was read in the other one is read in this one.
  taintSession(session, [...fromStored(source.taint), ...taintAt(unit, stretches)]);
  renameSession(unit, session, input.title ?? null);
  touchSession(unit, session, 0);
  return { session: toSessionRow(session), atEntry: uptoSeq };
}

const insertRewound = `INSERT INTO rewound (session_id, after_seq, upto_seq, at) VALUES (?, ?, ?, ?)`;

/** Back to an earlier entry of the present conversation. */
export function rewindSession(unit: Unit, input: Input<'rewindSession'>): Output<'rewindSession'> {
  const { sessionKey, toEntry } = input;
  const session = requireSession(unit, sessionKey);
  const active = findActiveRun(unit, session.id);
  const line = listStretches(unit.db, session.id, session.generation);
  if (toEntry > 0 && !holdsEntry(unit, line, toEntry)) throw noEntry(sessionKey, toEntry);
  if (active) stopRun(unit, session, { run: active, by: 'user', ...input, reason: 'rewound' });
  stopBelow(unit, { sessionId: session.id }, { by: 'user', reason: 'rewound' });
  const uptoSeq = goBack(unit, session, { line, toEntry });
  const aborted = active?.id;
  return { session: toSessionRow(session), toEntry: uptoSeq, aborted, ...toSettled(unit) };
}

/** Whether the present conversation has this entry to go back to; 0 is its beginning. */
export function canGoBack(unit: Unit, session: LockedSession, toEntry: number): boolean {
  const line = listStretches(unit.db, session.id, session.generation);
  return toEntry === 0 || holdsEntry(unit, line, toEntry);
}

/** Back to just behind an entry that `canGoBack` found. No run may be active. */
export function rewindTo(unit: Unit, session: LockedSession, toEntry: number): void {
  const line = listStretches(unit.db, session.id, session.generation);
  goBack(unit, session, { line, toEntry });
}

function goBack(
  unit: Unit,
  session: LockedSession,
  { line, toEntry }: { readonly line: readonly Stretch[]; readonly toEntry: number },
): number {
  const { stretches, uptoSeq } = findCut(unit, line, toEntry);
  const last = session.next_entry - 1;
  if (uptoSeq < last) {
    unit.db.run(insertRewound, session.id, uptoSeq, last, unit.now);
    const { generation } = session;
    session.generation += 1;
    inherit(unit, session, { stretches, sourceId: session.id, generation });
    const detail = { generation: session.generation, toEntry: uptoSeq };
    addEvent(unit, session, { kind: 'session.reset', ref: { detail } });
  }
  return uptoSeq;
}

export function requireSession(unit: Unit, key: string): LockedSession {
  const session = findSessionByKey(unit, key);
  if (!session) throw new CuttleError('session.not-found', `There is no session ${key}.`);
  return session;
}

export function existsAlready(key: string): CuttleError {
  return new CuttleError('session.exists', `There is a session ${key} already.`);
}

function noEntry(key: string, seq: number): CuttleError {
  return new CuttleError('session.no-entry', `The session ${key} has no entry ${seq} to go to.`);
}

const selectEntry = query<EntryRecord>(
  `SELECT * FROM entry WHERE space = 'main' AND session_id = ? AND seq = ?`,
);

function findEntry(
  unit: Unit,
  stretches: readonly Stretch[],
  seq: number,
): EntryRecord | undefined {
  const place = stretches.find(({ afterSeq, uptoSeq }) => afterSeq < seq && seq <= uptoSeq);
  const row = place && unit.db.find(selectEntry, place.sourceId, seq);
  return row?.generation === place?.generation ? row : undefined;
}

function holdsEntry(unit: Unit, stretches: readonly Stretch[], seq: number): boolean {
  return findEntry(unit, stretches, seq) !== undefined;
}

/** The conversation that holds an entry: the present one, or an earlier life of the place. */
function lineAt(
  unit: Unit,
  source: LockedSession,
  seq: number,
): { readonly line: readonly Stretch[]; readonly generation: number } {
  const { generation } = source;
  const line = listStretches(unit.db, source.id, generation);
  if (holdsEntry(unit, line, seq)) return { line, generation };
  const row = unit.db.find(selectEntry, source.id, seq);
  if (!row) throw noEntry(source.key, seq);
  const earlier = listStretches(unit.db, source.id, row.generation);
  return { line: earlier, generation: row.generation };
}

const selectResults = query<{ seq: number }>(
  `SELECT seq FROM entry WHERE space = 'main' AND run_id = ? AND n = ? AND kind = 'results' AND inbound_id IS NULL`,
);
const selectAnswer = query<{ answer: Stored<AssistantMessage> | null }>(
  `SELECT answer FROM step WHERE space = 'main' AND run_id = ? AND n = ?`,
);

/** Up to an entry, or to the nearest one that parts no call from its results: no model service takes a call without one. */
function findCut(
  unit: Unit,
  line: readonly Stretch[],
  seq: number,
): { readonly stretches: readonly Stretch[]; readonly uptoSeq: number } {
  const entry = findEntry(unit, line, seq);
  const uptoSeq = entry?.kind === 'answer' ? closedSeq(unit, line, entry) : seq;
  return { stretches: cutStretches(line, uptoSeq), uptoSeq };
}

function closedSeq(unit: Unit, line: readonly Stretch[], entry: EntryRecord): number {
  const answer = fromStoredOr(unit.db.find(selectAnswer, entry.run_id, entry.n)?.answer);
  if (!answer?.parts.some(({ type }) => type === 'tool-call')) return entry.seq;
  const results = unit.db.find(selectResults, entry.run_id, entry.n);
  return results && holdsEntry(unit, line, results.seq) ? results.seq : entry.seq - 1;
}

const insertStretch = `INSERT INTO lineage (session_id, generation, n, source_id, source_generation, after_seq, upto_seq) VALUES (?, ?, ?, ?, ?, ?, ?)`;

const selectSummary = query<{ upto_seq: number }>(
  `SELECT upto_seq FROM summary WHERE space = 'main' AND session_id = ? AND generation = ? AND upto_seq <= ? AND undone_at IS NULL ORDER BY upto_seq DESC LIMIT 1`,
);
const copySummaries = `INSERT INTO summary (session_id, generation, upto_seq, revision, body, at)
SELECT ?, ?, upto_seq, 1, body, at FROM summary WHERE space = 'main' AND session_id = ? AND generation = ? AND upto_seq <= ? AND undone_at IS NULL
ORDER BY upto_seq DESC LIMIT ?`;
/** Each stands for a good part of a model's window, so that these reach far back; what is older is seen by going back in the source. */
const mostSummaries = 100;

/**
 * The session's present generation begins with these, with the summary that stands for most of them, and with those before it: what was
 * summed up can be taken back, and gone back behind, as in the source.
 */
function inherit(
  unit: Unit,
  session: LockedSession,
  from: {
    readonly stretches: readonly Stretch[];
    readonly sourceId: string;
    readonly generation: number;
  },
): void {
  const { stretches, sourceId } = from;
  const { id, generation } = session;
  for (const [n, one] of stretches.entries()) {
    const values = [one.sourceId, one.generation, one.afterSeq, one.uptoSeq];
    unit.db.run(insertStretch, id, generation, n, ...values);
  }
  const uptoSeq = stretches.at(-1)?.uptoSeq ?? 0;
  const summary = unit.db.find(selectSummary, sourceId, from.generation, uptoSeq);
  const known = [sourceId, from.generation, uptoSeq] as const;
  if (summary) unit.db.run(copySummaries, id, generation, ...known, mostSummaries);
  session.summary_upto = summary?.upto_seq ?? null;
  session.context_tokens = null;
  session.messages = countMessages(unit, stretches);
}

const countEntries = query<{ messages: number }>(
  `SELECT count(*) AS messages FROM entry WHERE space = 'main' AND session_id = ? AND seq > ? AND seq <= ? AND generation = ? AND kind <> 'results'`,
);

function countMessages(unit: Unit, stretches: readonly Stretch[]): number {
  return stretches.reduce((sum, { sourceId, afterSeq, uptoSeq, generation }) => {
    const found = unit.db.find(countEntries, sourceId, afterSeq, uptoSeq, generation);
    return sum + (found?.messages ?? 0);
  }, 0);
}

const selectTaint = query<Pick<RunRecord, 'taint'>>(
  `SELECT taint FROM run WHERE space = 'main' AND id = ?`,
);

/** What the last run of some stretches had read: that holds what those before it had. */
function taintAt(unit: Unit, stretches: readonly Stretch[]): readonly TaintSource[] {
  const last = findEntry(unit, stretches, stretches.at(-1)?.uptoSeq ?? 0);
  const run = last && unit.db.find(selectTaint, last.run_id);
  return run ? fromStored(run.taint) : [];
}

/** A place before anything is said in it. */
export function createSession(
  unit: Unit,
  input: Input<'createSession'>,
): {
  created: boolean;
  session: SessionRow;
} {
  const { sessionKey, agentId } = input;
  const known = findSessionByKey(unit, sessionKey);
  if (known && known.active_at !== null) return { created: false, session: toSessionRow(known) };
  const session = openSession(unit, { key: sessionKey, agentId });
  if (input.title !== undefined) renameSession(unit, session, input.title);
  if (input.model !== undefined) session.model = input.model;
  touchSession(unit, session, 0);
  return { created: true, session: toSessionRow(session) };
}
