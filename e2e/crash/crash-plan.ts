import { crashPointNames } from '@cuttle/runtime';
import { storePointNames } from '@cuttle/store/sqlite';
import type { Cycle, Death } from './run-cycle.ts';
import type { ShapeName } from './shapes.ts';

/** Names of instants that only some shapes pass; all others are on the way of any turn. */
const wayOf: readonly (readonly [prefix: string, shapes: readonly ShapeName[]])[] = [
  ['accept.', ['plain', 'tools', 'socket', 'http', 'long', 'album', 'greeting']],
  ['subagent.', ['subagents']],
  ['worker.expire.', ['workersLost']],
  ['worker.', ['workers']],
  ['abort.between.', ['subagentsStop']],
  ['tool.', ['tools', 'parallel']],
  ['step.', ['tools', 'steer']],
  ['draft.', ['stream', 'streamLong', 'interrupt']],
  ['model.', ['stream', 'tools']],
  ['abort.', ['socketAbort']],
  ['media.fetch.', ['heldFile']],
  ['media.', ['socketDocument']],
  ['cut.', ['stream', 'tools']],
  ['interrupt.', ['interrupt']],
  ['command.', ['status', 'stop', 'collect', 'rewind', 'fork']],
  ['approval.', ['approval']],
  ['schedule.', ['reminder']],
  ['ambiguous.', ['plain', 'stream']],
  ['compaction.', ['compact']],
  ['checkpoint.', ['stream', 'reminder']],
];
const anyShape: readonly ShapeName[] = ['plain', 'tools', 'socket', 'http', 'long'];

/** Every instant that a crash may be aimed at, but those of a home's making. */
export const instantNames: readonly string[] = [
  ...crashPointNames,
  ...storePointNames.filter((name) => !name.startsWith('migrate.')),
];

export function shapesOf(name: string): readonly ShapeName[] {
  return wayOf.find(([prefix]) => name.startsWith(prefix))?.[1] ?? anyShape;
}

/** What must have happened before some instants can be passed. */
const preludes: Readonly<Record<string, Death>> = {
  'takeover.after.commit': instant('step.done.before.commit', 1),
  'cut.before.commit': instant('model.after.finish', 1),
  'cut.after.commit': instant('model.after.finish', 1),
  'worker.renew.before.commit': instant('worker.report.after.commit', 1),
  'worker.renew.after.commit': instant('worker.report.after.commit', 1),
  'recover.each': instant('complete.before.commit', 1),
  'ambiguous.before.resolve': instant('deliver.after.response', 1),
};

function instant(name: string, hit: number): Death {
  return { kind: 'instant', instant: { name, hit } };
}

/** A crash at an instant: in a first life, and in the life that recovers from another crash. */
export function planInstant(name: string, hit: number): Cycle {
  const shapes = shapesOf(name);
  const prelude = preludes[name];
  if (name === 'close.before.clean')
    return { shapes, deaths: [{ kind: 'instant', instant: { name, hit }, after: 'stop' }] };
  return { shapes, deaths: [...(prelude ? [prelude] : []), instant(name, hit)] };
}

export function planRecovery(name: string, afterMs: number): Cycle {
  return { shapes: shapesOf(name), deaths: [{ kind: 'moment', afterMs }, instant(name, 1)] };
}

const all: readonly ShapeName[] = [
  'plain',
  'tools',
  'parallel',
  'late',
  'long',
  'stream',
  'streamLong',
  'collect',
  'steer',
  'interrupt',
  'stop',
  'status',
  'reminder',
  'approval',
  'compact',
  'rewind',
  'rewindUnderWay',
  'fork',
  'subagents',
  'subagentsStop',
  'workers',
  'workersLost',
  'socket',
  'socketTools',
  'socketAbort',
  'socketDocument',
  'heldFile',
  'album',
  'greeting',
  'http',
];

/**
 * Two crashes at any moment of mixed turns. `random`: in [0, 1). Every third one has twenty messages queued behind a run; every
 * fourth one is aimed at the acknowledgement of `chat.send`; every fifth one waits longer, so that reminders fire.
 * The second crash of every other one comes while the server starts, or shortly after. `wanted`: these shapes alone.
 */
export function planMoments(
  number: number,
  random: () => number,
  wanted?: readonly ShapeName[],
): Cycle {
  const shapes = pick(wanted ?? all, 5, random);
  const isQueue = !wanted && number % 3 === 0;
  const isAck = !wanted && number % 4 === 1;
  const mostMs = number % 5 === 2 ? 1500 : 500;
  const firstMs = random() * (isAck ? 8 : mostMs);
  return {
    shapes: [
      ...(isAck ? (['socket'] as const) : []),
      ...(isQueue ? (['queue20'] as const) : []),
      ...shapes.filter((name) => !(isAck && name === 'socket')),
    ],
    deaths: [
      { kind: 'moment', afterMs: firstMs },
      {
        kind: 'moment',
        afterMs: random() * mostMs,
        ...(number % 2 === 1 && { since: 'birth' as const }),
      },
    ],
  };
}

function pick<Item>(items: readonly Item[], count: number, random: () => number): Item[] {
  const left = [...items];
  return Array.from({ length: Math.min(count, left.length) }, () => {
    const [taken] = left.splice(Math.floor(random() * left.length), 1);
    return taken as Item; // as many are left as are taken
  });
}

/** A small generator of foreseeable numbers in [0, 1), one of each pair of numbers, so that a plan can be made again. https://prng.di.unimi.it/splitmix64.c, 32 bits */
export function createRandom(seed: number, number: number): () => number {
  let state = (Math.imul(seed, 0x01_00_01_93) ^ Math.imul(number, 0x85_eb_ca_6b)) >>> 0;
  return () => {
    state = (state + 0x9e_37_79_b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x85_eb_ca_6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2_b2_ae_35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  };
}
