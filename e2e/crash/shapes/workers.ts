import { setTimeout as sleep } from 'node:timers/promises';
import { createMemoryBuffer, createWorker, type WorkerBuffer } from '@cuttle/client';
import { isCuttleError } from '@cuttle/core-types/errors';
import type { Batch, Doors } from '../batch.ts';
import { type Shape, tell } from './shape.ts';

/** Names of the workers that the agents of a home may ask: each shape has its own. */
export const workerNames = ['counter', 'sleeper'] as const;
type WorkerName = (typeof workerNames)[number];

/** Longer than any kill: no lease runs out that is not meant to. */
const longLeaseMs = 120_000;
/** The shortest that the gateway gives. */
const shortLeaseMs = 1_000;
/** Kills come between reports. */
const pauseMs = 15;

/**
 * Two tasks side by side and one behind them, all of one worker, which is killed itself after it has said something: it goes on with what it
 * finds in its buffer.
 */
export const workers: Shape = {
  name: 'workers',
  async say(batch, doors, signal) {
    const id = `${batch.number}-workers`;
    const one = give(batch, { worker: 'counter', label: `${id}-a`, attempt: 1 });
    const beside = give(batch, { worker: 'counter', label: `${id}-b`, attempt: 1 });
    // What it had said of the last one is thrown away, so that what the first kills strike is not.
    const last = give(batch, { worker: 'counter', label: `${id}-c`, attempt: 2 });
    const words = `[[parallel=${one},${beside}]] [[tool=${last}]] go`;
    tell(batch, doors, { chat: 1020, id, words });
    const life = await prepareLife(doors, { name: 'counter', leaseMs: longLeaseMs }, signal);
    await live({ ...life, dies: { label: `${id}-c`, after: 1 } }, signal);
    liveOn(batch, life, signal);
  },
};

/** A worker that takes a task and is never heard of again; the next one has it when the lease runs out. */
export const workersLost: Shape = {
  name: 'workers-lost',
  async say(batch, doors, signal) {
    const label = `${batch.number}-workerslost`;
    // A kill may cost another lease that is so short.
    const task = give(batch, { worker: 'sleeper', label, attempt: undefined });
    tell(batch, doors, { chat: 1021, id: label, words: `[[tool=${task}]] go` });
    const lost = await prepareLife(doors, { name: 'sleeper', leaseMs: shortLeaseMs }, signal);
    await live({ ...lost, dies: { label, after: 0 } }, signal);
    const next = await prepareLife(doors, { name: 'sleeper', leaseMs: longLeaseMs }, signal);
    liveOn(batch, next, signal);
  },
};

/** The call that gives a task away, and what must come of it. */
function give(
  batch: Batch,
  task: {
    readonly worker: WorkerName;
    readonly label: string;
    readonly attempt: number | undefined;
  },
): string {
  const { worker, label, attempt } = task;
  const [one, two, end] = wordsOf(label);
  batch.tasks.push({ label, reply: [one, two, end].join('\n'), end, attempt });
  return `agent_spawn ${JSON.stringify({ task: 'count', label, worker, wait: true })}`;
}

function wordsOf(label: string): readonly [one: string, two: string, end: string] {
  return [`one of ${label}`, `two of ${label}`, `${label} has ended`];
}

interface Life {
  readonly url: string;
  readonly token: string;
  readonly name: WorkerName;
  readonly buffer: WorkerBuffer;
  readonly leaseMs: number;
  /** The task in which it is killed, after so many reports. */
  readonly dies?: { readonly label: string; readonly after: number };
}

async function prepareLife(
  { client, url }: Doors,
  worker: Pick<Life, 'name' | 'leaseMs'>,
  signal: AbortSignal,
): Promise<Life> {
  for (;;) {
    try {
      const { token } = await client.call('workers.token', { worker: worker.name }, signal);
      return { ...worker, url, token, buffer: createMemoryBuffer() };
    } catch (error) {
      signal.throwIfAborted();
      // The gateway is down or went down: a token that nobody got is nobody's.
      if (!isCuttleError(error) || !error.traits.retryable) throw error;
      await sleep(20, undefined, { signal });
    }
  }
}

/** Resolves when it was killed. */
async function live(life: Life, signal: AbortSignal): Promise<void> {
  const { dies, ...rest } = life;
  const death = new AbortController();
  const worker = createWorker({
    ...rest,
    backoff: { firstMs: 20, maxMs: 50 },
    async run({ label }, report, ends) {
      const [one, two, end] = wordsOf(label);
      for (const [said, words] of [one, two].entries()) {
        if (dies?.label === label && dies.after === said) death.abort();
        ends.throwIfAborted();
        await report.text(words);
        await sleep(pauseMs, undefined, { signal: ends });
      }
      await report.progress('nearly there');
      return end;
    },
  });
  await worker.start(AbortSignal.any([signal, death.signal]));
}

/** The last life of a worker goes on as long as the cycle. */
function liveOn(batch: Batch, life: Life, signal: AbortSignal): void {
  live(life, signal).catch((error: unknown) => {
    batch.violations.push(`The worker ${life.name} gave up: ${String(error)}`);
  });
}
