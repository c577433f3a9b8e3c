import type { Journal, Log, Reader } from '@cuttle/core-types/ports';
import { manualClock, type ManualClock } from '@cuttle/testkit';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Kernel } from './kernel.ts';
import { createSubagentTimers, type SubagentTimers } from './subagent-timers.ts';
import { standIn } from './testing/stand-in.ts';
import { createWorkerBell } from './worker-bell.ts';

const soon = { timeout: 10_000, interval: 1 };

let clock: ManualClock;
let timers: SubagentTimers;
let stop: AbortController;
let running: Promise<void>;
/** Leases in the rows, by task; `0`: found expired. */
let leases: Map<string, number>;
let looks: number;
let failures: number;
let rung: string[];
let told: string[];

beforeEach(() => {
  clock = manualClock();
  timers = createSubagentTimers();
  stop = new AbortController();
  leases = new Map();
  looks = 0;
  failures = 0;
  rung = [];
  told = [];
});
afterEach(async () => {
  stop.abort();
  await running;
});

const reader = standIn<Reader>({
  async findSubagentTimers({ now }) {
    looks += 1;
    if (failures > 0) throw new Error(`The rows cannot be read, ${failures--}.`);
    const open = [...leases.values()].filter((at) => at > 0);
    const next = open.filter((at) => at > now).toSorted((a, b) => a - b)[0];
    return { late: [], sessions: [], expired: open.some((at) => at <= now), next };
  },
  async findSubagent(subagentId) {
    told.push(subagentId);
    return undefined;
  },
});
const journal = standIn<Journal>({
  async expireWorkerLeases({ now, limit }) {
    const due = [...leases].filter(([, at]) => at > 0 && at <= now).slice(0, limit);
    for (const [taskId] of due) leases.set(taskId, 0);
    const found = due.map(([taskId]) => ({ taskId, worker: 'w', became: 'waits' as const }));
    return { leases: found, events: [], conversations: [] };
  },
});

function start(channelMode: Kernel['channelMode'] = 'receive'): void {
  const bell = createWorkerBell();
  const kernel = standIn<Kernel>({
    clock,
    channelMode,
    point: () => {},
    log: standIn<Log>({ error: () => {}, warn: () => {} }),
    store: standIn<Kernel['store']>({ reader, journal }),
    workerBell: { ...bell, ring: (worker) => void rung.push(worker) },
  });
  const subagents = { stop: async () => true };
  running = timers.run({ kernel, subagents }, stop.signal);
}

const untilAsleep = (): Promise<void> => clock.untilSleeping(1, AbortSignal.timeout(10_000));

it('notices a lost worker when its lease runs out, not before, and no further time', async () => {
  leases.set('t1', clock.now() + 5_000);
  start();
  await untilAsleep();
  await clock.advance(4_999);
  expect([looks, rung]).toEqual([1, []]);
  await clock.advance(1);
  await vi.waitFor(() => expect(rung).toEqual(['w']), soon);
  await vi.waitFor(() => expect(told).toEqual(['t1']), soon);
  await untilAsleep();
  await clock.advance(20_000);
  expect([looks, rung]).toEqual([2, ['w']]);
});

it('goes by the earliest lease, also where one is given while it sleeps', async () => {
  leases.set('t1', clock.now() + 20_000);
  start();
  await untilAsleep();
  leases.set('t2', clock.now() + 1_000);
  timers.wake();
  await vi.waitFor(() => expect(looks).toBe(2), soon);
  await untilAsleep();
  await clock.advance(1_000);
  await vi.waitFor(() => expect(told).toEqual(['t2']), soon);
});

it('sleeps on where a report renewed the lease meanwhile', async () => {
  leases.set('t1', clock.now() + 1_000);
  start();
  await untilAsleep();
  leases.set('t1', clock.now() + 2_000);
  await clock.advance(1_000);
  await vi.waitFor(() => expect(looks).toBe(2), soon);
  expect(told).toEqual([]);
  await untilAsleep();
  await clock.advance(1_000);
  await vi.waitFor(() => expect(told).toEqual(['t1']), soon);
});

it('works off more leases than one transaction takes', async () => {
  for (let n = 0; n < 250; n += 1) leases.set(`t${n}`, clock.now() - 1);
  start();
  await vi.waitFor(() => expect(told).toHaveLength(250), soon);
});

it('tries again where the rows cannot be read', async () => {
  leases.set('t1', clock.now() - 1);
  failures = 1;
  start();
  await untilAsleep();
  expect(told).toEqual([]);
  await clock.advance(30_000);
  await vi.waitFor(() => expect(told).toEqual(['t1']), soon);
});

it('calls no worker silent that has no door to speak at', async () => {
  leases.set('t1', clock.now() - 1);
  start('send-only');
  await untilAsleep();
  expect([looks, leases.get('t1')]).toEqual([1, clock.now() - 1]);
});
