import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { personPrincipalId } from '@cuttle/core-types';
import { type Journal, type PersonTrace, storedAreas } from '@cuttle/core-types/ports';
import { openSqliteStore } from '@cuttle/store/sqlite';
import { fillMessages } from './fill-messages.ts';
import { atMost, type Bench, figure, quantile } from './report.ts';

const messages = 100_000;
/** As the product does it. */
const rowsOfSlice = 200;

/** Whether others are kept waiting while years of one person's messages are taken away. */
export const removalBench: Bench = {
  name: 'removal',
  title: `a purge of ${messages} messages while others write`,
  async run(report, { conversations = '64' }) {
    const folder = await mkdtemp(join(tmpdir(), 'cuttle-bench-'));
    const store = await openSqliteStore({
      path: join(folder, 'cuttle.db'),
      blobsPath: join(folder, 'blobs'),
      recordKeysFile: join(folder, 'record-keys'),
    });
    try {
      const { journal } = store;
      const account = { channel: 'bench', name: 'b', platformId: '1' };
      const { accountId } = await journal.openAccount(account);
      const principal = personPrincipalId('bench', accountId, '42');
      const sessions = Number(conversations);
      await fillMessages(store, { messages, sessions, principalOf: () => principal });
      const trace: PersonTrace = {
        personIds: [],
        principals: [principal],
        accounts: [{ channel: 'bench', accountId, externalId: '42' }],
        names: [],
      };
      await journal.beginPurge({ purgeId: 'p', trace, by: 'owner' });
      const leave = new AbortController();
      const waiting = writeOn(journal, accountId, leave.signal);
      const begun = performance.now();
      const slices = await purge(journal);
      const took = performance.now() - begun;
      leave.abort();
      const waits = await waiting;
      report(figure('all of it', took / 1000, { unit: 's' }));
      const tookMs = slices.map(({ ms }) => ms);
      const longest = slices.reduce((one, other) => (other.ms > one.ms ? other : one));
      report(figure('slices', slices.length, { unit: '' }));
      report(atMost('a slice, p95', quantile(tookMs, 0.95), { limit: 20, unit: 'ms' }));
      report(figure('a slice, longest', longest.ms, { unit: 'ms', note: `of ${longest.area}` }));
      report(
        atMost('a message of another one, p95', quantile(waits, 0.95), { limit: 30, unit: 'ms' }),
      );
      report(
        atMost('a message of another one, longest', Math.max(...waits), { limit: 250, unit: 'ms' }),
      );
    } finally {
      await store[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    }
  },
};

interface Slice {
  readonly area: string;
  readonly ms: number;
}

async function purge(journal: Journal): Promise<readonly Slice[]> {
  const slices: Slice[] = [];
  for (const area of storedAreas)
    for (let isDone = false; !isDone;) {
      const begun = performance.now();
      const asked = { purgeId: 'p', area, words: '[taken out]', limit: rowsOfSlice };
      ({ done: isDone } = await journal.purgeSlice(asked));
      slices.push({ area, ms: performance.now() - begun });
    }
  return slices;
}

/** One message after another until it is enough; how long each waited for its commit, in ms. */
async function writeOn(
  journal: Journal,
  accountId: string,
  signal: AbortSignal,
): Promise<readonly number[]> {
  const waits: number[] = [];
  while (!signal.aborted) {
    const inboundId = `other${waits.length}`;
    const begun = performance.now();
    await journal.acceptInbound({
      inboundId,
      accountId,
      externalId: inboundId,
      bodyHash: inboundId,
      sessionKey: 'agent:main:other',
      agentId: 'main',
      principal: { id: 'person-other', kind: 'person', scopes: [] },
      provenance: { door: 'bench', accountId, trust: 'paired' },
      taint: [],
      route: { kind: 'pull', door: 'bench', stateless: false },
      mode: 'followup',
      body: { v: 1, parts: [{ type: 'text', text: 'still here' }] },
      verdict: { kind: 'queue' },
      bounds: { perSession: 1_000_000, total: 1_000_000 },
    });
    waits.push(performance.now() - begun);
  }
  return waits;
}
