import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '@cuttle/core-types/ports';
import { openSqliteStore } from '@cuttle/store/sqlite';
import { atMost, type Bench, figure, quantile } from './report.ts';

const messages = 100_000;
const callers = 64;
const rounds = 60;

/** Whether a search over years of messages answers while somebody types. */
export const searchBench: Bench = {
  name: 'search',
  title: `full text over ${messages} messages`,
  async run(report) {
    const folder = await mkdtemp(join(tmpdir(), 'cuttle-bench-'));
    const store = await openSqliteStore({
      path: join(folder, 'cuttle.db'),
      blobsPath: join(folder, 'blobs'),
      recordKeysFile: join(folder, 'record-keys'),
    });
    try {
      await fill(store);
      const begun = performance.now();
      await store.reader.searchMessages({ query: 'first', limit: 1 });
      report(
        figure('the first search, which brings the index up to date', performance.now() - begun, {
          unit: 'ms',
        }),
      );
      const all: number[] = [];
      for (const [name, query, more] of queries) {
        const samples = await sample(store, query, more);
        all.push(...samples);
        report(figure(`${name}, p95`, quantile(samples, 0.95), { unit: 'ms' }));
      }
      report(atMost('a search, p95', quantile(all, 0.95), { limit: 20, unit: 'ms' }));
    } finally {
      await store[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    }
  },
};

type Filter = Partial<Parameters<Store['reader']['searchMessages']>[0]>;

const queries: readonly (readonly [name: string, query: string, more: Filter])[] = [
  ['a word of every message', 'w0', {}],
  ['a word of one in a hundred', 'w40', {}],
  ['a rare word', 'w15000', {}],
  ['two words', 'w3 w60', {}],
  ['a phrase', '"w1 w2"', {}],
  ['a beginning of many words', 'w1*', {}],
  ['a word in one session', 'w0', { sessionKey: 'agent:main:s7' }],
  ['a word without another', 'w2 -w0', {}],
];

async function sample(store: Store, query: string, more: Filter): Promise<readonly number[]> {
  const samples: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const begun = performance.now();
    await store.reader.searchMessages({ query, limit: 50, ...more });
    samples.push(performance.now() - begun);
  }
  return samples;
}

async function fill({ journal }: Store): Promise<void> {
  const { accountId } = await journal.openAccount({ channel: 'bench', name: 'b', platformId: '1' });
  const random = createRandom(7);
  let made = 0;
  const talk = async (caller: number): Promise<void> => {
    const sessionKey = `agent:main:s${caller}`;
    while (made < messages / 2) {
      const inboundId = `i${(made += 1)}`;
      const accepted = await journal.acceptInbound({
        inboundId,
        accountId,
        externalId: inboundId,
        bodyHash: inboundId,
        sessionKey,
        agentId: 'main',
        principal: { id: `person-${caller % 8}`, kind: 'person', scopes: [] },
        provenance: { door: 'bench', accountId, trust: 'paired' },
        taint: [],
        route: { kind: 'pull', door: 'bench', stateless: false },
        mode: 'followup',
        body: { v: 1, parts: [{ type: 'text', text: sentence(random, 12) }] },
        verdict: { kind: 'queue' },
        bounds: { perSession: 10, total: 1_000 },
      });
      if (accepted.kind !== 'accepted') throw new Error(`not accepted: ${accepted.kind}`);
      const { sessionId } = accepted;
      const run = await journal.claimRun({ sessionId, fence: inboundId, collectMax: 1 });
      await journal.completeRun({
        runId: inboundId,
        fence: inboundId,
        last: {
          runId: inboundId,
          fence: inboundId,
          step: run?.open?.step ?? 1,
          answer: { role: 'assistant', parts: [{ type: 'text', text: sentence(random, 40) }] },
          finish: 'stop',
          usage: { inputTokens: 10, outputTokens: 10 },
          provider: 'bench',
          model: 'm',
          costMicros: 0,
          calls: [],
        },
        finish: 'stop',
        outbound: [],
      });
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, caller) => talk(caller)));
}

/** Words as often as in a language: the n-th one in proportion to 1/n. */
function sentence(random: () => number, words: number): string {
  return Array.from({ length: words }, () => `w${Math.floor(20_000 ** random()) - 1}`).join(' ');
}

/** Equal numbers at each run (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
