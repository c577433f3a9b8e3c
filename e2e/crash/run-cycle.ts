import { setTimeout as sleep } from 'node:timers/promises';
import { textFor } from '@cuttle/core-types/texts';
import type { ModelCall } from '@cuttle/testkit';
import {
  type CrashInstant,
  type CrashVerdict,
  emptyVerdict,
  joinVerdicts,
  judgeAnswers,
  judgeEffects,
  judgeModelCalls,
  type ShownText,
} from '@cuttle/testkit/crash';
import { type Batch, createBatch } from './batch.ts';
import { type CrashWorld, isFlushCall, isSummaryCall, people } from './crash-world.ts';
import { judgeFiles, judgeNotes } from './home-files.ts';
import {
  isParked,
  judgeRows,
  readFlushed,
  readOpenWork,
  readReceipts,
  readUnconfirmed,
  withRows,
} from './home-rows.ts';
import { judgeSocket } from './judge-socket.ts';
import { judgeTasks } from './judge-tasks.ts';
import { type ShapeName, shapes } from './shapes.ts';
import { socketSessions } from './shapes/sockets.ts';

/** How a life of a cycle ends: at a named instant, asked to stop or not, or so many ms after it was ready or its process was born. */
export type Death =
  | { readonly kind: 'instant'; readonly instant: CrashInstant; readonly after?: 'stop' }
  | { readonly kind: 'moment'; readonly afterMs: number; readonly since?: 'birth' };

export interface Cycle {
  readonly shapes: readonly ShapeName[];
  /** One life each; the last life goes on to the end of its work. */
  readonly deaths: readonly Death[];
}

export interface CycleOutcome {
  readonly verdict: CrashVerdict;
  /** Instants that were passed, and so killed at. */
  readonly struck: readonly string[];
  readonly kills: number;
  readonly tookMs: number;
}

/** Longest wait for what a death needs: an instant that is not passed by then is not on these shapes' way. */
const mostQuietMs = 20_000;

/**
 * One cycle: shapes of turns are said while the gateway dies as often as wished; then it lives until everything is done, and
 * what came of it is judged from outside and by its rows.
 */
export async function runCycle(
  world: CrashWorld,
  number: number,
  cycle: Cycle,
): Promise<CycleOutcome> {
  const startedAt = performance.now();
  const batch = createBatch(number);
  const before = await markBefore(world);
  const leave = new AbortController();
  const struck: string[] = [];
  // The first life is begun before anything is said, the others follow whatever is being said meanwhile.
  const [first] = cycle.deaths;
  if (first?.kind === 'instant' && world.victim.running) await world.victim.kill();
  await begin(world, first);
  for (const session of socketSessions) world.follow(session);
  const saying = sayShapes(world, { batch, names: cycle.shapes }, leave.signal);
  for (const [index, death] of cycle.deaths.entries()) {
    if (index > 0) await begin(world, death);
    struck.push(...(await liveAndDie(world, death, { batch, saying })));
  }
  const verdict = await settle(world, batch, { before, saying });
  leave.abort();
  return {
    verdict,
    struck,
    kills: world.victim.kills - before.kills,
    tookMs: performance.now() - startedAt,
  };
}

async function begin({ victim }: CrashWorld, death: Death | undefined): Promise<void> {
  if (victim.running || isEarly(death)) return;
  await victim.start(death?.kind === 'instant' ? death.instant : undefined);
}

/** A life that may end before it is ready is not waited for. */
function isEarly(death: Death | undefined): boolean {
  return death?.kind === 'moment' && death.since === 'birth';
}

/** Lets this life die as told. Returns the name of the instant it died at. */
async function liveAndDie(
  world: CrashWorld,
  death: Death,
  { batch, saying }: { readonly batch: Batch; readonly saying: Promise<void> },
): Promise<string[]> {
  const { victim } = world;
  if (death.kind === 'moment') {
    const born = victim.running ? undefined : victim.start();
    await sleep(death.afterMs);
    if (victim.running) await victim.kill();
    await born;
    return [];
  }
  if (death.after === 'stop') void victim.stop();
  const quiet = Promise.race([saying, sleep(mostQuietMs)]).then(() => untilQuiet(world, batch));
  await Promise.race([victim.died(), quiet]);
  if (!victim.running) return [`${death.instant.name}:${death.instant.hit}`];
  await victim.kill();
  return [];
}

async function sayShapes(
  { doors }: CrashWorld,
  { batch, names }: { readonly batch: Batch; readonly names: readonly ShapeName[] },
  signal: AbortSignal,
): Promise<void> {
  const said = names.map(async (name) => {
    try {
      await shapes[name].say(batch, doors, signal);
    } catch (error) {
      if (!signal.aborted) batch.violations.push(`The shape ${name} failed: ${String(error)}`);
    }
  });
  await Promise.all(said);
}

interface Before {
  readonly at: number;
  readonly kills: number;
  readonly calls: number;
  readonly attempts: number;
  readonly faults: number;
  readonly violations: number;
  /** The newest message of each chat, and the newest entry of each session. */
  readonly chats: ReadonlyMap<number, number>;
}

async function markBefore({ model, ledger, victim, doors }: CrashWorld): Promise<Before> {
  const chats = new Map<number, number>();
  for (const chat of people) chats.set(chat, doors.telegram.visible(chat).at(-1)?.id ?? 0);
  return {
    at: Date.now(),
    kills: victim.kills,
    calls: model.calls.at(-1)?.order ?? 0,
    attempts: ledger.attempts.length,
    faults: victim.faults.length,
    violations: model.violations.length + ledger.violations.length,
    chats,
  };
}

/** The last life goes on until the home is quiet; then everything is judged. */
async function settle(
  world: CrashWorld,
  batch: Batch,
  { before, saying }: { before: Before; saying: Promise<void> },
): Promise<CrashVerdict> {
  const { victim } = world;
  if (!victim.running) await victim.start();
  const stuck = await Promise.race([
    saying.then(() => untilQuiet(world, batch)),
    sleep(mostQuietMs).then(() => ['Messages were never acknowledged.']),
  ]);
  if (stuck.length > 0)
    return {
      ...emptyVerdict,
      violations: [
        ...batch.violations,
        ...victim.faults.slice(before.faults),
        ...stuck.map((what) => `Stuck: ${what}`),
        victim.output,
      ],
    };
  return judge(world, batch, before);
}

/** Looks every 20 ms: rows tell nobody that they changed. Returns what is still open after a long while. */
async function untilQuiet(world: CrashWorld, batch: Batch): Promise<readonly string[]> {
  const deadline = performance.now() + mostQuietMs;
  for (let quiet = 0; ;) {
    const open = lookOpen(world);
    quiet = open.length === 0 ? quiet + 1 : 0;
    // Twice: what was between two rows at the first look is in one at the second.
    if (quiet === 2) return [];
    if (performance.now() > deadline || !world.victim.running) return open;
    if (batch.approve && isWaiting(world)) batch.approve();
    await sleep(20);
  }
}

function lookOpen({ database, doors }: CrashWorld): readonly string[] {
  const waiting = doors.telegram.pendingUpdates.map(({ update_id }) => `update ${update_id}`);
  try {
    return [...waiting, ...withRows(database, readOpenWork)];
  } catch (error) {
    return [...waiting, `The database cannot be read: ${String(error)}`];
  }
}

function isWaiting({ database }: CrashWorld): boolean {
  try {
    return withRows(database, isParked);
  } catch {
    return false; // not made yet
  }
}

async function judge(world: CrashWorld, batch: Batch, before: Before): Promise<CrashVerdict> {
  const { doors, ledger, model, victim, database } = world;
  const kills = victim.kills - before.kills;
  const rows = withRows(database, (read) => ({
    verdict: judgeRows(read, before.at),
    unconfirmed: readUnconfirmed(read, before.at),
    receipts: new Map([...batch.chats].map((chat) => [chat, readReceipts(read, chat)])),
  }));
  const seen = [...batch.chats].flatMap((chat) =>
    doors.telegram
      .visibleFromBot(chat)
      .filter(({ id }) => id > (before.chats.get(chat) ?? 0))
      .map(({ id, text }) => ({ chat, number: id, text, place: `telegram:${chat}` })),
  );
  const socket = await judgeSocket(world, batch);
  const shown: ShownText[] = [...seen, ...socket.shown, ...batch.answers];
  const answers = judgeAnswers({
    said: batch.said,
    notices: batch.notices,
    shown,
    unconfirmed: rows.unconfirmed,
    mark: textFor('outbound.marked'),
    placeholder: textFor('outbound.placeholder'),
  });
  const unknown = seen.filter(({ chat, number }) => rows.receipts.get(chat)?.has(number) !== true);
  const asked = model.calls.filter(({ order }) => order > before.calls);
  const violations = [
    ...batch.violations,
    ...victim.faults.slice(before.faults),
    ...[...model.violations, ...ledger.violations].slice(before.violations),
  ];
  if (unknown.length > answers.ambiguous.length + answers.orphans)
    violations.push(
      `visible messages have no row that sent them: ${JSON.stringify(unknown.map(({ text }) => text.slice(0, 120)))}`,
    );
  if (kills === 0 && answers.ambiguous.length > 0)
    violations.push(`${answers.ambiguous.length} ambiguous sends without a kill`);
  return joinVerdicts([
    answers,
    rows.verdict,
    await judgeFiles(world.home),
    socket.verdict,
    withRows(database, (read) => judgeTasks(read, batch.tasks)),
    judgeEffects(batch.effects, ledger.attempts.slice(before.attempts)),
    judgeModelCalls(
      asked.filter((call) => !isSummaryCall(call) && !isFlushCall(call)),
      kills,
    ),
    judgeModelCalls(asked.filter(isSummaryCall), kills, uptoOf),
    judgeModelCalls(asked.filter(isFlushCall), kills, uptoOf),
    judgeAlbums(batch, asked),
    await judgeNotes(world.home, withRows(database, readFlushed)),
    { ...emptyVerdict, violations },
  ]);
}

/** The model that answers an album was read all of it, once. */
function judgeAlbums({ albums }: Batch, asked: readonly ModelCall[]): CrashVerdict {
  const heard = asked.flatMap(({ messages }) => messages.map(({ text }) => text));
  const violations = albums.flatMap(({ id, parts }) => {
    const calls = heard.filter((text) => text.includes(`[[id=${id}]]`));
    return calls.flatMap((text) =>
      parts
        .filter((part) => text.split(part).length !== 2)
        .map((part) => `the album ${id} was read without, or twice with "${part}": ${text}`),
    );
  });
  return { ...emptyVerdict, violations };
}

/** How far the entries go that are to be summarised: a run that comes after one that was stopped meanwhile has more of them. */
function uptoOf({ messages }: ModelCall): string {
  const [, last] = /.*^\[(\d+)\] /ms.exec(messages.at(-1)?.text ?? '') ?? [];
  return ` up to ${last}`;
}
