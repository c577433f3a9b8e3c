import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { textFor } from '@cuttle/core-types/texts';
import {
  type CrashVerdict,
  judgeAnswers,
  joinVerdicts,
  type SaidMessage,
} from '@cuttle/testkit/crash';
import { bundleCrashServer } from '../crash/bundle-server.ts';
import { createRandom } from '../crash/crash-plan.ts';
import { judgeRows, readOpenWork, withDeadRows, withRows } from '../crash/home-rows.ts';
import { lookAtMemory, type MemoryLook } from './memory-look.ts';
import type { SoakPlatformName, StruckFaults } from './platform.ts';
import { createScaledClock, type TimeScale } from './scaled-clock.ts';
import { countLeft, countOpenSends, readUnconfirmedRows } from './soak-rows.ts';
import { openSoakWorld, type SoakWorld } from './soak-world.ts';

export interface SoakWish {
  readonly channel: SoakPlatformName;
  readonly messages: number;
  readonly conversations: number;
  readonly kills: number;
  readonly seed: number;
  /** How often the memory of one life is looked at, each time after an equal part of the messages; nothing is killed then. */
  readonly looks?: number;
  /** How many times as fast as the machine's clock time goes, for the gateway and the platform alike. */
  readonly factor: number;
}

export interface SoakTally {
  readonly limits: string;
  readonly said: number;
  readonly answered: number;
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  readonly misordered: readonly string[];
  /** Other promises that were broken. */
  readonly violations: readonly string[];
  /** Sends of unknown outcome: seen once, twice with a mark, or listed. */
  readonly ambiguous: number;
  /** Of them, those that no cut explains: more than sends were cut by a kill or a dropped connection, or any where a cut send can be closed. */
  readonly beyond: number;
  /** Calls that the platform refused since a limit was exceeded. */
  readonly refusals: readonly string[];
  readonly struck: StruckFaults;
  /** Events that the platform handed over once more. */
  readonly repeats: number;
  readonly kills: number;
  readonly wallMs: number;
  readonly residentMb: { readonly start: number; readonly end: number };
  readonly memory: readonly MemoryLook[];
}

/** Longest rest without any progress at all. */
const mostStillMs = 60_000;

/** One soak: messages come in at random moments while calls fail and the gateway is killed; then it is judged from outside, and by its rows. */
export async function runSoak(wish: SoakWish): Promise<SoakTally> {
  const startedAt = performance.now();
  const folder = await mkdtemp(join(tmpdir(), 'cuttle-soak-bundle-'));
  try {
    const program = await bundleCrashServer(folder);
    const scale = { factor: wish.factor, since: Date.now() };
    await using world = await openSoakWorld({
      ...wish,
      program,
      scale,
      inspect: wish.looks !== undefined,
      now: createScaledClock(scale).now,
      random: createRandom(wish.seed, 1),
    });
    return await soak(world, { wish, scale, startedAt });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function soak(
  world: SoakWorld,
  { wish, scale, startedAt }: { wish: SoakWish; scale: TimeScale; startedAt: number },
): Promise<SoakTally> {
  const { platform, victim } = world;
  await victim.start();
  await platform.begin?.(world.url);
  const start = await world.residentMb();
  const said: SaidMessage[] = [];
  const spanMs = (wish.messages / platform.perSecond) * (1000 / scale.factor);
  const { memory, stuck, openSends } =
    wish.looks === undefined
      ? await sayAndKill(world, { wish, said, spanMs })
      : await sayAndLook(world, { wish, said, spanMs, looks: wish.looks });
  const end = await world.residentMb();
  const verdict = judge(world, said);
  const struck = platform.struck();
  const ambiguous = verdict.ambiguous.length + verdict.orphans;
  return {
    limits: platform.limits,
    said: said.length,
    answered: said.length - verdict.lost.length,
    lost: verdict.lost,
    doubled: verdict.doubled,
    misordered: verdict.misordered,
    violations: [...verdict.violations, ...victim.faults, ...stuck],
    ambiguous,
    beyond: Math.max(0, ambiguous - (platform.cutsStay ? openSends + struck.cutSends : 0)),
    refusals: platform.refusals(),
    struck,
    repeats: platform.repeats?.() ?? 0,
    kills: victim.kills,
    wallMs: performance.now() - startedAt,
    residentMb: { start, end },
    memory,
  };
}

interface Saying {
  readonly wish: SoakWish;
  readonly said: SaidMessage[];
  readonly spanMs: number;
}

interface Course {
  readonly memory: readonly MemoryLook[];
  readonly stuck: readonly string[];
  readonly openSends: number;
}

async function sayAndKill(world: SoakWorld, saying: Saying): Promise<Course> {
  const [openSends] = await Promise.all([
    killOften(world, saying.wish, saying.spanMs),
    sayAll(world, saying),
  ]);
  return { memory: [], stuck: await untilQuiet(world), openSends };
}

/** One life, looked at whenever it rests. */
async function sayAndLook(
  world: SoakWorld,
  { wish, said, spanMs, looks }: Saying & { readonly looks: number },
): Promise<Course> {
  const memory: MemoryLook[] = [];
  const stuck: string[] = [];
  for (let look = 0; look < looks; look += 1) {
    const part = { ...wish, messages: Math.floor(wish.messages / looks), seed: wish.seed + look };
    await sayAll(world, { wish: part, said, spanMs: spanMs / looks });
    stuck.push(...(await untilQuiet(world)));
    memory.push(await lookAtMemory(world.inspectorUrl(), said.length, world.residentMb));
  }
  return { memory, stuck, openSends: 0 };
}

/** Says every message at its own random moment of the span, those of a conversation in their order. */
async function sayAll({ platform }: SoakWorld, { wish, said, spanMs }: Saying): Promise<void> {
  const random = createRandom(wish.seed, 2);
  const { conversations } = platform;
  const moments = Array.from({ length: wish.messages }, () => random() * spanMs).toSorted(
    (a, b) => a - b,
  );
  const startedAt = performance.now();
  const from = said.length;
  for (const [at, moment] of moments.entries()) {
    const index = from + at;
    const waitMs = startedAt + moment - performance.now();
    if (waitMs > 1) await sleep(waitMs);
    const conversation = conversations[Math.floor(random() * conversations.length)] ?? '';
    const id = `m${index}`;
    said.push({ id, place: conversation, order: index, expects: 'answer' });
    platform.say(conversation, `[[id=${id}]] Message ${index}`);
  }
}

/** Kills at random moments of the span; says how many sends were cut inside. */
async function killOften(
  { victim, database }: SoakWorld,
  { kills, seed }: SoakWish,
  spanMs: number,
): Promise<number> {
  const random = createRandom(seed, 3);
  const moments = Array.from({ length: kills }, () => (0.02 + random() * 0.96) * spanMs).toSorted(
    (a, b) => a - b,
  );
  const startedAt = performance.now();
  let openSends = 0;
  for (const moment of moments) {
    await sleep(Math.max(0, startedAt + moment - performance.now()));
    await victim.kill();
    openSends += await withDeadRows(database, countOpenSends);
    await victim.start();
  }
  return openSends;
}

/** Looks every 100 ms until nothing is open; gives up when nothing has changed for long. */
async function untilQuiet({ platform, database, victim }: SoakWorld): Promise<readonly string[]> {
  let least = Infinity;
  let changedAt = performance.now();
  for (let quiet = 0; quiet < 2;) {
    const left = platform.pending() + withRows(database, countLeft);
    quiet = left === 0 ? quiet + 1 : 0;
    if (left !== least) changedAt = performance.now();
    least = left;
    if (performance.now() - changedAt > mostStillMs || !victim.running)
      return [
        `Stuck with ${platform.pending()} updates and ${withRows(database, readOpenWork).slice(0, 5).join('; ')}`,
        victim.output,
      ];
    await sleep(100);
  }
  return [];
}

function judge({ platform, database }: SoakWorld, said: readonly SaidMessage[]): CrashVerdict {
  const rows = withRows(database, (read) => ({
    verdict: judgeRows(read, 0),
    unconfirmed: readUnconfirmedRows(read),
  }));
  const numbers = new Map<string, number>();
  const shown = platform.conversations.flatMap((place) =>
    platform.seen(place).map(({ id, text }, index) => {
      numbers.set(`${place} ${id}`, index + 1);
      return { place, text, number: index + 1 };
    }),
  );
  const answers = judgeAnswers({
    said,
    notices: [],
    shown,
    unconfirmed: rows.unconfirmed.map(({ conversation, kind, text, afterId }) => ({
      place: conversation,
      kind,
      text,
      after: numbers.get(`${conversation} ${afterId}`) ?? 0,
    })),
    mark: textFor('outbound.marked'),
    placeholder: textFor('outbound.placeholder'),
  });
  return joinVerdicts([answers, rows.verdict]);
}
