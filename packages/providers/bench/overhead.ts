/* oxlint-disable cuttle/no-ambient-time, no-restricted-globals, unicorn/require-post-message-target-origin -- a program of its own that measures real time and talks to a thread */
/**
 * What a request through a provider costs beside a bare `fetch` of the same bytes, on loopback.
 *   node --conditions=@cuttle/source packages/providers/bench/overhead.ts [--json FILE] [--rounds N]
 * The server runs in its own thread; both ways take turns, so that a busy machine slows them alike.
 */
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { userText } from '@cuttle/core-types';
import type { ModelProvider } from '@cuttle/core-types/ports';
import { createOpenai } from '../src/openai/index.ts';

const never = new AbortController().signal;
const request = { model: 'm1', messages: [userText('hi')], tools: [] };
const words = Array.from({ length: 60 }, (_, index) => ` word${index}`);
const chunk = (delta: object, finish: string | null): string =>
  `data: ${JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm1',
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
  })}\n\n`;
const body = Buffer.from(
  [
    chunk({ role: 'assistant', content: '' }, null),
    ...words.map((content) => chunk({ content }, null)),
    chunk({}, 'stop'),
    'data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":60,"total_tokens":69}}\n\n',
    'data: [DONE]\n\n',
  ].join(''),
);

if (isMainThread) await measure();
else serve();

function serve(): void {
  const server = createServer((incoming, response) => {
    incoming.resume().once('end', () => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(body);
    });
  });
  server.listen(0, '127.0.0.1', () => {
    // A server that listens on a port has an address.
    parentPort?.postMessage((server.address() as AddressInfo).port);
  });
}

async function measure(): Promise<void> {
  const { values } = parseArgs({
    options: { json: { type: 'string' }, rounds: { type: 'string', default: '2000' } },
  });
  const rounds = Number(values.rounds);
  const worker = new Worker(new URL(import.meta.url));
  const port = await new Promise<number>((resolve) => worker.once('message', resolve));
  const baseUrl = `http://127.0.0.1:${port}/v1`;
  const provider = createOpenai({ apiKey: 'x', baseUrl });
  const ways = { fetch: () => viaFetch(baseUrl), provider: () => viaProvider(provider) };

  const started = performance.now();
  await ways.provider();
  const firstMs = performance.now() - started;
  for (let round = 0; round < 300; round += 1) {
    await ways.fetch();
    await ways.provider();
  }
  globalThis.gc?.();
  const before = process.memoryUsage();
  const times: Record<keyof typeof ways, number[]> = { fetch: [], provider: [] };
  for (let round = 0; round < rounds; round += 1) {
    times.fetch.push(await timed(ways.fetch));
    times.provider.push(await timed(ways.provider));
  }
  globalThis.gc?.();
  const after = process.memoryUsage();
  await worker.terminate();

  const figures = {
    rounds,
    chunks: words.length + 4,
    firstRequestMs: firstMs,
    fetchP50Ms: quantile(times.fetch, 0.5),
    providerP50Ms: quantile(times.provider, 0.5),
    addedP50Ms: quantile(times.provider, 0.5) - quantile(times.fetch, 0.5),
    addedP95Ms: quantile(times.provider, 0.95) - quantile(times.fetch, 0.95),
    heapGrowthMb: (after.heapUsed - before.heapUsed) / 2 ** 20,
    rssGrowthMb: (after.rss - before.rss) / 2 ** 20,
  };
  for (const [name, value] of Object.entries(figures))
    process.stdout.write(`${name.padEnd(16)} ${value.toFixed(3)}\n`);
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(figures)}\n`);
}

async function timed(way: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await way();
  return performance.now() - started;
}

function quantile(times: readonly number[], at: number): number {
  return times.toSorted((left, right) => left - right)[Math.floor(times.length * at)] ?? Number.NaN;
}

async function viaFetch(baseUrl: string): Promise<void> {
  const response = await fetch(`${baseUrl}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer x' },
    body: JSON.stringify({
      model: 'm1',
      messages: [{ role: 'user', content: 'hi' }],
      stream: true,
    }),
  });
  const reader = response.body?.getReader();
  while (reader && !(await reader.read()).done);
}

async function viaProvider(provider: ModelProvider): Promise<void> {
  let events = 0;
  for await (const event of provider.stream(request, never))
    events += event.type === 'finish' ? 0 : 1;
  if (events !== words.length) throw new Error(`${events} events instead of ${words.length}`);
}
