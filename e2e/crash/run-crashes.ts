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
} from './crash-plan.ts';
import { type CrashWorld, openCrashWorld } from './crash-world.ts';
import { type Cycle, runCycle } from './run-cycle.ts';
import type { ShapeName } from './shapes.ts';

export interface CrashWish {
  /** Crashes at each named instant, this many passings deep; 0: none. */
  readonly hits: number;
  /** Only these instants; absent: all. */
  readonly instants?: readonly string[] | undefined;
  /** Crashes in the life that recovers from another crash, one for each instant. */
  readonly recoveries: boolean;
  /** Cycles of two crashes at random moments. */
  readonly moments: number;
  /** Only these shapes of turns at random moments; absent: all. */
  readonly shapes?: readonly ShapeName[] | undefined;
  /** The same seed gives every cycle the same plan, whichever cycles were run before it. */
  readonly seed: number;
  /** Leaves out so many cycles of the plan: a long plan can be run in pieces. */
  readonly from?: number | undefined;
  /** Begins no further cycle after so many ms. */
  readonly withinMs?: number | undefined;
}
export interface CrashTally {
  /** Named instants that were passed, and so killed at. */
  points: number;
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

/** Runs the planned cycles over one home, a new one after a fault, and adds up what the judges say. */
export async function runCrashes(
  wish: CrashWish,
  report: (line: string) => void,
): Promise<CrashTally> {
  const folder = await mkdtemp(join(tmpdir(), 'cuttle-crash-bundle-'));
  const program = await bundleCrashServer(folder);
  const open = (): Promise<CrashWorld> =>
    openCrashWorld({ program, dialect: 'openai', ambiguity: 'resend-marked' });
  const tally: CrashTally = {
    points: 0,
    cycles: 0,
    kills: 0,
    lost: 0,
    doubled: 0,
    misordered: 0,
    ambiguous: 0,
    violations: 0,
    next: undefined,
    faults: [],
  };
  const passed = new Set<string>();
  const { from = 0, withinMs = Infinity } = wish;
  const startedAt = performance.now();
  let world = await open();
  for (const [index, { name, cycle }] of [...plan(wish)].entries()) {
    if (index < from) continue;
    if (performance.now() - startedAt > withinMs) {
      tally.next = index;
      break;
    }
    tally.cycles += 1;
    const { verdict, struck, kills } = await runCycle(world, index + 1, cycle);
    for (const instant of struck) passed.add(instant.split(':')[0] ?? instant);
    tally.kills += kills;
    for (const count of ['lost', 'doubled', 'misordered', 'ambiguous', 'violations'] as const)
      tally[count] += verdict[count].length;
    if (isSound(verdict)) continue;
    const words = `cycle ${index}: ${name} (${cycle.shapes.join(', ')}): ${JSON.stringify(verdict)}`;
    tally.faults.push(words);
    report(words);
    await world[Symbol.asyncDispose]();
    world = await open();
  }
  await world[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
  tally.points = passed.size;
  return tally;
}

function* plan({
  hits,
  instants = instantNames,
  recoveries,
  moments,
  shapes,
  seed,
}: CrashWish): Generator<{ name: string; cycle: Cycle }> {
  for (let hit = 1; hit <= hits; hit += 1)
    for (const name of instants) yield { name: `${name}:${hit}`, cycle: planInstant(name, hit) };
  if (recoveries)
    for (const [number, name] of instants.entries()) {
      const random = createRandom(seed, -1 - number);
      yield { name: `recovery ${name}`, cycle: planRecovery(name, random() * 400) };
    }
  for (let number = 0; number < moments; number += 1) {
    const random = createRandom(seed, number);
    yield { name: `moment ${number}`, cycle: planMoments(number, random, shapes) };
  }
}
