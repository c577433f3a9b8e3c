import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSound } from '@cuttle/testkit/crash';
import { bundleCrashServer } from './bundle-server.ts';
import {
  createRandom,
  instantNames,
  planInstant,
  planMoments,
  planRecovery,
  shapesOf,
} from './crash-plan.ts';
import { type CrashWorld, type CrashWorldOptions, openCrashWorld } from './crash-world.ts';
import { type Cycle, type CycleOutcome, runCycle } from './run-cycle.ts';
import type { ShapeName } from './shapes.ts';

export interface CrashWish {
  /** Crashes at each named instant, this many passings deep; 0: none. */
  readonly hits: number;
  /** Only these instants; absent: all. */
  readonly instants?: readonly string[] | undefined;
  /** Only cycles that have one of these shapes, and random moments of these alone; absent: all. */
  readonly shapes?: readonly ShapeName[] | undefined;
  /** Crashes in the life that recovers from another crash, one for each instant. */
  readonly recoveries: boolean;
  /** Cycles of two crashes at random moments. */
  readonly moments: number;
  /** The same seed gives every cycle the same plan, whichever cycles were run before it. */
  readonly seed: number;
  /** Leaves out so many cycles of the plan: a long plan can be run in pieces. */
  readonly from?: number | undefined;
  /** Begins no further cycle after so many ms. */
  readonly withinMs?: number | undefined;
}
export interface CrashTally {
  /** Named instants that were passed, and so killed at. */
  readonly passed: string[];
  cycles: number;
  kills: number;
  lost: number;
  doubled: number;
  misordered: number;
  ambiguous: number;
  violations: number;
  /** The first cycle of the plan that was not run: where the next piece begins; undefined when there is none left. */
  next: number | undefined;
  /** What was wrong, in words. */
  readonly faults: string[];
}

/** What a home is like. Each lives through so many cycles of the plan, unless a fault ends it. */
const homes: readonly Pick<CrashWorldOptions, 'dialect' | 'ambiguity'>[] = [
  { dialect: 'openai', ambiguity: 'resend-marked' },
  { dialect: 'anthropic', ambiguity: 'at-most-once' },
];
const cyclesOfHome = 40;

/** Runs the planned cycles over homes that live long, and adds up what the judges say. */
export async function runCrashes(
  wish: CrashWish,
  report: (line: string) => void,
): Promise<CrashTally> {
  await using made = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'cuttle-crash-bundle-'));
  made.defer(() => rm(folder, { recursive: true, force: true }));
  const program = await bundleCrashServer(folder);
  const tally = emptyTally();
  const { from = 0, withinMs = Infinity } = wish;
  const startedAt = performance.now();
  let world: CrashWorld | undefined;
  for (const [index, { name, cycle }] of [...plan(wish)].entries()) {
    if (index < from) continue;
    if (performance.now() - startedAt > withinMs) {
      tally.next = index;
      break;
    }
    if (index % cyclesOfHome === 0) world = await leave(world);
    world ??= await openCrashWorld({ program, ...homeOf(index) });
    const outcome = await runCycle(world, index + 1, cycle);
    addUp(tally, outcome);
    if (isSound(outcome.verdict)) continue;
    const words = `cycle ${index}: ${name} (${cycle.shapes.join(', ')}): ${JSON.stringify(outcome.verdict)}`;
    tally.faults.push(words);
    report(words);
    world = await leave(world);
  }
  await leave(world);
  return tally;
}

function emptyTally(): CrashTally {
  const none = { lost: 0, doubled: 0, misordered: 0, ambiguous: 0, violations: 0 };
  return { passed: [], cycles: 0, kills: 0, ...none, next: undefined, faults: [] };
}

function homeOf(index: number): Pick<CrashWorldOptions, 'dialect' | 'ambiguity'> {
  const home = homes[Math.floor(index / cyclesOfHome) % homes.length];
  if (!home) throw new TypeError('There is a home for every cycle.');
  return home;
}

async function leave(world: CrashWorld | undefined): Promise<undefined> {
  await world?.[Symbol.asyncDispose]();
}

function addUp(tally: CrashTally, { verdict, struck, kills }: CycleOutcome): void {
  for (const instant of struck) {
    const name = instant.split(':')[0] ?? instant;
    if (!tally.passed.includes(name)) tally.passed.push(name);
  }
  tally.cycles += 1;
  tally.kills += kills;
  for (const count of ['lost', 'doubled', 'misordered', 'ambiguous', 'violations'] as const)
    tally[count] += verdict[count].length;
}

function* plan({
  hits,
  instants = instantNames,
  shapes,
  recoveries,
  moments,
  seed,
}: CrashWish): Generator<{ name: string; cycle: Cycle }> {
  const named = shapes
    ? instants.filter((name) => shapesOf(name).some((shape) => shapes.includes(shape)))
    : instants;
  for (let hit = 1; hit <= hits; hit += 1)
    for (const name of named) yield { name: `${name}:${hit}`, cycle: planInstant(name, hit) };
  if (recoveries)
    for (const [number, name] of named.entries()) {
      const random = createRandom(seed, -1 - number);
      yield { name: `recovery ${name}`, cycle: planRecovery(name, random() * 400) };
    }
  for (let number = 0; number < moments; number += 1) {
    const random = createRandom(seed, number);
    yield { name: `moment ${number}`, cycle: planMoments(number, random, shapes) };
  }
}
