import { CuttleError } from '@cuttle/core-types/errors';
import type { StorePointName } from './crash-point.ts';
import { sqlite, sqliteCode } from './database.ts';
import type { Disk } from './disk.ts';
import { ownJournal, journal } from './journal/index.ts';
import { toCorrupt } from './migrate.ts';
import type { Home } from './open-home.ts';
import { createUnit, saveSessions, type Unit } from './unit.ts';
import { type Call, type Reply, toFailure, toReply } from './wire.ts';

const transactions = { ...journal, ...ownJournal };
type TransactionName = keyof typeof transactions;

export function isTransaction(op: string): op is TransactionName {
  return Object.hasOwn(transactions, op);
}

/** Rows that begin something. With little room left they are refused, so that what has begun can end. */
const beginnings: ReadonlySet<string> = new Set<TransactionName>([
  'acceptInbound',
  'fireSchedule',
  'claimRun',
  'startCalls',
  'prepareOutbound',
  'putSchedule',
  'putBlobRow',
]);
/** Rows that store how something ended: the reserve is for them. */
const outcomes: ReadonlySet<string> = new Set<TransactionName>([
  'recordStep',
  'finishCall',
  'parkRun',
  'completeRun',
  'failRun',
  'abortRun',
  'settleCommand',
  'settleDelivery',
  'resolveDelivery',
  'expireDeliveries',
  'decideApproval',
]);

/** How long a lane rests while nothing new is sent. */
const restMs = 5_000;

export interface GroupDeps {
  readonly home: Home;
  readonly disk: Disk;
  /** Queued rows over all sessions, as last committed. */
  readonly queue: { queued: number };
  point(name: StorePointName): void;
}

/**
 * One transaction for all calls that wait; a call that fails fails alone.
 * Nothing is answered before COMMIT. Throws `store.failed` where it cannot be told whether the group was committed, or the
 * database is not ours or not whole: then nobody may be answered and the process must end.
 */
export function commitGroup(deps: GroupDeps, calls: readonly Call[], now: number): Reply[] {
  try {
    return tryGroup(deps, calls, now);
  } catch (error) {
    if (!(error instanceof NoRoom)) throw toFatal(error, deps.home.path);
    return withReserve(deps, calls, now);
  }
}

/** The disk is full: nothing of the group was written. */
class NoRoom extends Error {}

/** Outcomes get one more attempt, with the reserve; everything else is told that there is no room. */
function withReserve(deps: GroupDeps, calls: readonly Call[], now: number): Reply[] {
  const { disk } = deps;
  disk.noteFull();
  const ends = calls.filter(([, op]) => outcomes.has(op));
  const others = calls.filter(([, op]) => !outcomes.has(op)).map(toFull);
  if (ends.length === 0 || !disk.freeReserve()) return [...others, ...ends.map(toFull)];
  try {
    return [...others, ...tryGroup(deps, ends, now)];
  } catch (error) {
    if (!(error instanceof NoRoom)) throw toFatal(error, deps.home.path);
    return [...others, ...ends.map(toFull)];
  }
}

function toFull([id]: Call): Reply {
  const full = new CuttleError('store.full', 'The disk is full; nothing of this was written.');
  return [id, null, toFailure(full)];
}

/** What the calls of a group share while it runs. */
interface Group {
  readonly now: number;
  queued: number;
}

// Once per group, as every accept and every claim moves it.
const updateQueued = `UPDATE store SET queued = ?`;

/**
 * First without savepoints, each of which would copy every page that its call touches: calls hardly ever fail. When one
 * does, the group is taken back and run again with them, so that it fails alone.
 */
function tryGroup(deps: GroupDeps, calls: readonly Call[], now: number): Reply[] {
  try {
    return runGroup(deps, now, (group) => calls.map((call) => runCall(deps, call, group)));
  } catch (error) {
    if (!(error instanceof CallFailed)) throw error;
    return runGroup(deps, now, (group) => calls.map((call) => runInSavepoint(deps, call, group)));
  }
}

/** A call failed for a reason of its own. */
class CallFailed extends Error {}

function runGroup(deps: GroupDeps, now: number, runCalls: (group: Group) => Reply[]): Reply[] {
  const { home, queue, point } = deps;
  const { db } = home;
  const group: Group = { queued: queue.queued, now };
  db.exec('BEGIN IMMEDIATE');
  try {
    home.checkBoot();
    point('store.after.begin');
    const replies = runCalls(group);
    if (group.queued !== queue.queued) db.run(updateQueued, group.queued);
    point('store.before.commit');
    db.exec('COMMIT');
    queue.queued = group.queued;
    point('store.after.commit');
    return replies;
  } catch (error) {
    // A full disk is found while writing, before the frame that would make it a commit.
    const isFull = sqliteCode(error) === sqlite.full;
    if (!isFull && !(error instanceof CallFailed)) throw error;
    if (db.raw.isTransaction) db.exec('ROLLBACK');
    throw isFull ? new NoRoom('SQLITE_FULL', { cause: error }) : error;
  }
}

/** Throws `CallFailed`, or what concerns the whole group. */
function runCall(deps: GroupDeps, [id, op, input]: Call, group: Group): Reply {
  const { home, disk, point } = deps;
  const refused = disk.level === 'ok' ? undefined : refuseBeginning(id, op, group.now);
  if (refused) return refused;
  try {
    const unit = createUnit(
      // Names of points are checked where they are written.
      { ...home, totalQueued: group.queued, point: (name) => point(name as StorePointName) },
      group.now,
    );
    const value = runTransaction(unit, op, input);
    saveSessions(unit);
    group.queued += unit.queued;
    point('store.after.call');
    return toReply(id, value);
  } catch (error) {
    if (concernsGroup(error) || !home.db.raw.isTransaction) throw error;
    throw new CallFailed('A call failed.', { cause: error });
  }
}

function runInSavepoint(deps: GroupDeps, call: Call, group: Group): Reply {
  const { db } = deps.home;
  db.exec('SAVEPOINT call');
  try {
    const reply = runCall(deps, call, group);
    db.exec('RELEASE call');
    return reply;
  } catch (error) {
    if (!(error instanceof CallFailed)) throw error;
    db.exec('ROLLBACK TO call');
    db.exec('RELEASE call');
    return [call[0], null, toFailure(toRefusal(error.cause))];
  }
}

function runTransaction(unit: Unit, op: string, input: unknown): unknown {
  if (!isTransaction(op)) throw new TypeError(`There is no transaction ${op}.`);
  // `input` is what the typed port was called with, after a turn through JSON.
  return transactions[op](unit, input as never);
}

/** What a call is told while there is little room; undefined where it may go on. */
function refuseBeginning(id: number, op: string, now: number): Reply | undefined {
  if (op === 'claimDelivery') return [id, { kind: 'wait', until: now + restMs }];
  if (op === 'openBubble') return [id];
  if (!beginnings.has(op)) return undefined;
  const low = new CuttleError('store.full', 'The disk is nearly full; nothing new is begun.');
  return [id, null, toFailure(low)];
}

const grave: ReadonlySet<number | undefined> = new Set([
  sqlite.full,
  sqlite.ioError,
  sqlite.corrupt,
  sqlite.notADatabase,
]);

function concernsGroup(error: unknown): boolean {
  return grave.has(sqliteCode(error));
}

/** A constraint says that the input would make a wrong state; anything else is told as it is. */
function toRefusal(error: unknown): unknown {
  if (sqliteCode(error) !== sqlite.constraint || !(error instanceof Error)) return error;
  const message = `This would make a state that cannot be: ${error.message}.`;
  return new CuttleError('request.invalid', message, { cause: error });
}

function toFatal(error: unknown, path: string): unknown {
  const named = toCorrupt(error, path);
  if (named instanceof CuttleError) return named;
  const message = error instanceof Error ? error.message : String(error);
  return new CuttleError('store.failed', `A commit of ${path} failed: ${message}`, {
    cause: error,
  });
}
