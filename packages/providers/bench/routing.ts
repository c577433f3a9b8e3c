/* oxlint-disable cuttle/no-ambient-time, no-restricted-globals -- a program of its own that measures real time */
/**
 * What a router adds to a call, without any network: a provider in memory, asked bare and behind a router with two keys and a
 * fallback. Both ways take turns, so that a busy machine slows them alike.
 *   node --expose-gc --conditions=@cuttle/source packages/providers/bench/routing.ts [--calls N]
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { userText } from '@cuttle/core-types';
import type { ModelEvent, ModelProvider } from '@cuttle/core-types/ports';
import { createKeyPool, createRouteHealth, createRouter, type PoolKey } from '../src/index.ts';

const never = new AbortController().signal;
const request = { model: 'm', messages: [userText('hi')], tools: [], cacheKey: 'session' };
const usage = { inputTokens: 1, outputTokens: 1 };

/** Says so many words. */
function speaker(words: number): ModelProvider {
  const delta: ModelEvent = { type: 'text.delta', blockId: '0', text: 'word ' };
  return {
    id: 'p',
    dialect: 'd',
    async *stream() {
      for (let said = 0; said < words; said += 1) yield delta;
      yield { type: 'finish', reason: 'stop', usage };
    },
    models: async () => [],
  };
}

function routed(provider: ModelProvider): ModelProvider {
  const clock = {
    now: Date.now,
    monotonic: () => performance.now(),
    sleep: (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal }),
  };
  const health = createRouteHealth({ clock, random: Math.random });
  const key = (id: string): PoolKey => ({ id, label: id, provider });
  const pool = createKeyPool([key('a'), key('b')], { health });
  const spare = createKeyPool([key('c')], { health });
  return createRouter(
    [
      { ref: 'p/m', model: 'm', pool },
      { ref: 'q/m', model: 'm', pool: spare },
    ],
    { clock },
  );
}

/** Time to the first event and to the end, in ms. */
async function timed(provider: ModelProvider): Promise<{ first: number; all: number }> {
  const startedAt = performance.now();
  let first = 0;
  for await (const event of provider.stream(request, never))
    if (event.type === 'text.delta') first ||= performance.now() - startedAt;
  return { first, all: performance.now() - startedAt };
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[values.length >> 1] ?? Number.NaN;
}

async function compare(words: number, rounds: number): Promise<{ first: number; all: number }> {
  const bare = speaker(words);
  const router = routed(bare);
  const times: Record<'bare' | 'router', { first: number; all: number }[]> = {
    bare: [],
    router: [],
  };
  for (let round = 0; round < rounds; round += 1) {
    times.bare.push(await timed(bare));
    times.router.push(await timed(router));
  }
  const added = (of: 'first' | 'all'): number =>
    median(times.router.map((time) => time[of])) - median(times.bare.map((time) => time[of]));
  return { first: added('first'), all: added('all') };
}

const { values } = parseArgs({ options: { calls: { type: 'string', default: '100000' } } });
const calls = Number(values.calls);
const short = await compare(1, 5000);
const long = await compare(1000, 500);
const router = routed(speaker(3));
const heapMb = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 2 ** 20;
};
for (let call = 0; call < 2000; call += 1) await timed(router);
const before = heapMb();
for (let call = 0; call < calls; call += 1) await timed(router);
const figures = {
  'added to the first event, p50 ms': short.first,
  'added to a call, p50 ms': short.all,
  'added per 1,000 deltas, p50 ms': long.all,
  [`heap growth over ${calls} calls, MB`]: heapMb() - before,
};
for (const [name, value] of Object.entries(figures))
  process.stdout.write(`${name.padEnd(44)} ${value.toFixed(4)}\n`);
