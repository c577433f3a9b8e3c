import { setImmediate as turnOfLoop, setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { userText } from '@cuttle/core-types';
import type { ModelProvider } from '@cuttle/core-types/ports';
import { createKeyPool, createRouteHealth, createRouter, type PoolKey } from '@cuttle/providers';
import { type BenchDialect, benchDialects, startDialect } from './dialects.ts';
import { atMost, type Bench, figure, quantile, type Row } from './report.ts';

const never = new AbortController().signal;
const rounds = 600;
const shortAnswer = 10;
const longRounds = 40;
const longAnswer = 1000;
const callsInMemory = 100_000;

type Report = (row: Row) => void;

/** What a router and an adapter together add to the vendor's own SDK. */
export const providersBench: Bench = {
  name: 'providers',
  title: `router and adapter beside the vendor's SDK (\`--only DIALECT\`, \`--only memory\`)`,
  async run(report, { only }) {
    const chosen = benchDialects.filter(({ id }) => only === undefined || only === id);
    for (const dialect of chosen) await besideSdk(dialect, report);
    if (only === undefined || only === 'memory') await overCalls(report);
  },
};

async function besideSdk(dialect: BenchDialect, report: Report): Promise<void> {
  await using server = await startDialect(dialect.id);
  const ways = {
    bare: dialect.bare(server.url, dialect.model),
    ours: askThrough(dialect.connect(server.url), dialect.model),
  };
  const short = await inTurn(ways, shortAnswer, { warmUp: 300, rounds });
  const long = await inTurn(ways, longAnswer, { warmUp: 10, rounds: longRounds });
  const { id } = dialect;
  report(
    atMost(`${id}: added to a request, p50`, short.added.all, {
      limit: 0.3,
      unit: 'ms',
      note: `${short.bare.all.toFixed(2)} ms by the SDK alone`,
    }),
  );
  report(
    figure(`${id}: added to the first token, p50`, short.added.first, {
      unit: 'ms',
      note: `${short.bare.first.toFixed(2)} ms by the SDK alone`,
    }),
  );
  report(
    figure(`${id}: added to 1,000 deltas, p50`, long.added.all, {
      unit: 'ms',
      note: `${long.bare.all.toFixed(2)} ms by the SDK alone`,
    }),
  );
}

/** Whatever a busy machine does, it does to both: they take turns, and each pair is compared by itself. */
async function inTurn(
  ways: Readonly<Record<'bare' | 'ours', (words: number) => AsyncIterable<unknown>>>,
  words: number,
  { warmUp, rounds: count }: { readonly warmUp: number; readonly rounds: number },
): Promise<{ readonly bare: Times; readonly added: Times }> {
  const bare: Times[] = [];
  const added: Times[] = [];
  for (let round = -warmUp; round < count; round += 1) {
    const isOursFirst = round % 2 === 0;
    const early = isOursFirst ? await timed(ways.ours(words)) : undefined;
    const theirs = await timed(ways.bare(words));
    const ours = early ?? (await timed(ways.ours(words)));
    if (round < 0) continue;
    bare.push(theirs);
    added.push({ first: ours.first - theirs.first, all: ours.all - theirs.all });
  }
  return { bare: medianOf(bare), added: medianOf(added) };
}

interface Times {
  /** To the first thing that comes, in ms. */
  readonly first: number;
  readonly all: number;
}

async function timed(answer: AsyncIterable<unknown>): Promise<Times> {
  const startedAt = performance.now();
  let first = Number.NaN;
  for await (const event of answer)
    if (Number.isNaN(first) && !isNews(event)) first = performance.now() - startedAt;
  return { first, all: performance.now() - startedAt };
}

/** What the router says of its calls comes before anything of the service. */
function isNews(event: unknown): boolean {
  if (typeof event !== 'object' || event === null || !('type' in event)) return false;
  return event.type === 'call.start' || event.type === 'route' || event.type === 'usage';
}

function medianOf(times: readonly Times[]): Times {
  return {
    first: quantile(
      times.map(({ first }) => first),
      0.5,
    ),
    all: quantile(
      times.map(({ all }) => all),
      0.5,
    ),
  };
}

/** Asks an adapter behind what stands before it in the gateway. */
function askThrough(
  adapter: ModelProvider,
  model: string,
): (words: number) => AsyncIterable<unknown> {
  const provider = routed(adapter, model);
  return (words) =>
    provider.stream(
      { model, messages: [userText(`${words}`)], tools: [], cacheKey: 'session' },
      never,
    );
}

/** Behind what stands before a provider with two keys and a fallback. */
function routed(provider: ModelProvider, model: string): ModelProvider {
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
      { ref: 'p/m', model, pool },
      { ref: 'q/m', model, pool: spare },
    ],
    { clock },
  );
}

/** Every dialect in turn reads an answer from memory, so that nothing but our own garbage is left. */
async function overCalls(report: Report): Promise<void> {
  const asks = await Promise.all(benchDialects.map(fromMemory));
  const call = async (at: number): Promise<void> => {
    const ask = asks[at % asks.length];
    if (ask) for await (const _ of ask(shortAnswer));
    // No answer from a network comes without one, and what is collected is cleared up then.
    if (at % 50 === 0) await turnOfLoop();
  };
  for (let at = 0; at < 6000; at += 1) await call(at);
  const before = await heapMb();
  const startedAt = performance.now();
  for (let at = 0; at < callsInMemory; at += 1) await call(at);
  const micros = ((performance.now() - startedAt) / callsInMemory) * 1000;
  report(figure('a call from memory, all dialects in turn', micros, { unit: 'µs' }));
  report(
    atMost(`heap grown over ${callsInMemory} calls`, (await heapMb()) - before, {
      limit: 2,
      unit: 'MB',
    }),
  );
}

/** The dialect behind a router, answered by the bytes that its server once sent. */
async function fromMemory({
  id,
  model,
  connect,
}: BenchDialect): Promise<(words: number) => AsyncIterable<unknown>> {
  await using server = await startDialect(id);
  let body: ArrayBuffer | undefined;
  const provider = connect(server.url, async (input, init) => {
    body ??= await (await globalThis.fetch(input, init)).arrayBuffer();
    return new Response(body);
  });
  const ask = askThrough(provider, model);
  for await (const _ of ask(shortAnswer));
  return ask;
}

async function heapMb(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void; // what the flag just made
  for (let round = 0; round < 3; round += 1) {
    collect();
    await turnOfLoop();
  }
  return process.memoryUsage().heapUsed / 2 ** 20;
}
