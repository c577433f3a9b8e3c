import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '@cuttle/core-types/ports';
import { openSqliteStore } from '@cuttle/store/sqlite';
import { fillMessages } from './fill-messages.ts';
import { atMost, type Bench, figure, quantile } from './report.ts';

const messages = 100_000;
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
      await fillMessages(store, { messages });
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
