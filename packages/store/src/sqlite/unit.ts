import type {
  Committed,
  DurableEvent,
  DurableEventKind,
  EventRef,
  Settled,
} from '@cuttle/core-types/ports';
import { CuttleError } from '@cuttle/core-types/errors';
import { type Database, query } from './database.ts';
import { headParts } from './record-chain.ts';
import type { RecordSeal } from './record-seal.ts';
import type { SessionRecord } from './rows.ts';
import { toStored } from './stored-json.ts';

/** What every transaction of one opening shares. */
export interface UnitDeps {
  readonly db: Database;
  readonly boot: string;
  readonly epoch: string;
  newId(): string;
  /** Absent where this home has no key: its records are then not chained. */
  readonly seal: RecordSeal | undefined;
  /** A named place where a crash test may cut. */
  point(name: string): void;
  /** Queued rows over all sessions, before this transaction. */
  readonly totalQueued: number;
}

/** One named transaction while it runs: its time, the sessions it holds, and what it will tell. */
export interface Unit extends UnitDeps {
  readonly now: number;
  readonly events: DurableEvent[];
  readonly conversations: Set<string>;
  readonly inbounds: string[];
  readonly sessions: Map<string, LockedSession>;
  /** Change of the number of queued rows over all sessions. */
  queued: number;
}

/** A session's row, changed in place and written once, by `saveSessions`. */
export interface LockedSession extends SessionRecord {
  readonly row: number;
  readonly id: string;
  readonly key: string;
}

export function createUnit(deps: UnitDeps, now: number): Unit {
  return {
    ...deps,
    now,
    events: [],
    conversations: new Set(),
    inbounds: [],
    sessions: new Map(),
    queued: 0,
  };
}

const selectSession = query<LockedSession>(`SELECT * FROM session WHERE space = 'main' AND id = ?`);
const selectSessionByKey = query<LockedSession>(
  `SELECT * FROM session WHERE space = 'main' AND key = ?`,
);
const insertSession = query<LockedSession>(
  `INSERT INTO session (id, key, agent_id, channel, created_at) VALUES (?, ?, ?, ?, ?) RETURNING *`,
);
const updateChannel = `UPDATE session SET channel = ? WHERE row = ?`;
const countSession = `UPDATE store SET sessions = sessions + 1`;
const updateSession = `UPDATE session SET generation = ?, model = ?, queue_mode = ?, next_event = ?, next_inbound = ?, next_entry = ?, queued = ?, messages = ?, taint = ?, summary_upto = ?, context_tokens = ?, context_scale = ?, chained = ?, chain_mac = ?, chain_head = ? WHERE row = ?`;
/** The session's row, held for the rest of the transaction. Every transaction that numbers anything takes it first. */
export function findSession(unit: Unit, sessionId: string): LockedSession | undefined {
  const held = unit.sessions.get(sessionId);
  if (held) return held;
  return hold(unit, unit.db.find(selectSession, sessionId));
}

export function lockSession(unit: Unit, sessionId: string): LockedSession {
  const session = findSession(unit, sessionId);
  if (!session) throw new CuttleError('session.not-found', `There is no session ${sessionId}.`);
  return session;
}

export function findSessionByKey(unit: Unit, key: string): LockedSession | undefined {
  for (const held of unit.sessions.values()) if (held.key === key) return held;
  return hold(unit, unit.db.find(selectSessionByKey, key));
}

/** `channel`: the door of what is said in it first. */
export interface NewPlace {
  readonly key: string;
  readonly agentId: string;
  readonly channel?: string | undefined;
}

export function openSession(unit: Unit, place: NewPlace): LockedSession {
  const known = findSessionByKey(unit, place.key);
  if (!known) return insertPlace(unit, place);
  if (known.channel === null && place.channel !== undefined) {
    known.channel = place.channel;
    unit.db.run(updateChannel, place.channel, known.row);
  }
  return known;
}

function insertPlace(unit: Unit, { key, agentId, channel }: NewPlace): LockedSession {
  const id = unit.newId();
  const session = unit.db.find(insertSession, id, key, agentId, channel ?? null, unit.now);
  if (!session) throw new TypeError('INSERT … RETURNING returned no session.');
  unit.db.run(countSession);
  unit.sessions.set(session.id, session);
  return session;
}

function hold(unit: Unit, session: LockedSession | undefined): LockedSession | undefined {
  if (session) unit.sessions.set(session.id, session);
  return session;
}

/** Ends every transaction: the counters of its sessions are written in it. */
export function saveSessions(unit: Unit): void {
  for (const session of unit.sessions.values()) {
    // Once per transaction, however many entries it added.
    if (session.chain_mac !== null && session.chain_head === null)
      session.chain_head = unit.seal?.sign(headParts(session)) ?? null;
    unit.db.run(
      updateSession,
      session.generation,
      session.model,
      session.queue_mode,
      session.next_event,
      session.next_inbound,
      session.next_entry,
      session.queued,
      session.messages,
      session.taint,
      session.summary_upto,
      session.context_tokens,
      session.context_scale,
      session.chained,
      session.chain_mac,
      session.chain_head,
      session.row,
    );
  }
}

/** Moves the session to the top of the lists. Rows move in two indexes, so small steps of time are not worth it. */
export function touchSession(unit: Unit, session: LockedSession, atLeastMs: number): void {
  if (session.active_at !== null && unit.now - session.active_at < atLeastMs) return;
  session.active_at = unit.now;
  unit.db.run(`UPDATE session SET active_at = ? WHERE row = ?`, unit.now, session.row);
}

const insertEvent = `INSERT INTO event (session_id, seq, run_id, kind, ref, at) VALUES (?, ?, ?, ?, ?, ?)`;

/** Adds the session's next durable event: under its lock, so that the order of numbers is the order of commits. */
export function addEvent(
  unit: Unit,
  session: LockedSession,
  event: {
    readonly kind: DurableEventKind;
    readonly runId?: string;
    readonly ref?: Omit<EventRef, 'detail'> & { readonly detail?: object | string };
  },
): void {
  const seq = session.next_event++;
  const { kind, runId } = event;
  const ref = (event.ref ?? {}) as EventRef; // details are values of core-types, all of which are JSON
  unit.db.run(insertEvent, session.id, seq, runId ?? null, kind, toStored(ref), unit.now);
  unit.events.push({ sessionId: session.id, seq, runId, kind, ref, at: unit.now });
}

export function toCommitted(unit: Unit): Committed {
  return { events: unit.events, conversations: [...unit.conversations] };
}

export function toSettled(unit: Unit): Settled {
  return { ...toCommitted(unit), inbounds: unit.inbounds };
}
