import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { describeBlobs } from '../contract/blobs.ts';
import { describeRecovery } from '../contract/recovery.ts';
import { describeTransactions } from '../contract/transactions.ts';
import { codeOf, createWorld, type World } from '../contract/world.ts';
import { noReserve, openFixture, openFolder } from './fixtures/open-fixture.ts';
import { openSqliteStore } from './index.ts';

// Each test starts threads, and some machines are busy.
vi.setConfig({ testTimeout: 30_000 });

// The transactions themselves are proved without threads; here is what threads could spoil.
describe('sqlite in threads', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld(({ now }) =>
      openFixture((paths) => openSqliteStore({ ...paths, now, disk: noReserve })),
    );
  });
  afterEach(() => world.close());

  describe.each([
    ['transactions', describeTransactions],
    ['recovery', describeRecovery],
    ['blobs', describeBlobs],
  ] as const)('%s', (_name, describePart) => {
    describePart(() => world);
  });

  it('answers many readers while it writes', async () => {
    const { say, reader } = world;
    const reads = Array.from({ length: 200 }, async (_, n) => {
      const { inboundId } = await say({ session: `s${n}`, text: `text ${n}` });
      return (await reader.findInbound({ inboundId }))?.text;
    });
    expect(await Promise.all(reads)).toEqual(reads.map((_read, n) => `text ${n}`));
    expect((await reader.listSessions({ limit: 1_000 })).sessions).toHaveLength(200);
    const { sessionId } = await say({ session: 's1', text: 'needle' });
    for (let n = 0; n < 2; n += 1) await world.complete(await world.claim(sessionId));
    expect((await reader.searchMessages({ query: 'needle', limit: 5 })).hits).toMatchObject([
      { sessionKey: 's1', role: 'user' },
    ]);
  });

  it('takes the time of its own clock where none is given', async () => {
    const { path, blobsPath, remove } = await openFolder();
    await using store = await openSqliteStore({ path, blobsPath, disk: noReserve });
    const before = Date.now();
    await store.journal.appendAudit({ kind: 'x', principal: 'y', details: {} });
    const [entry] = await store.reader.readAudit({ limit: 1 });
    expect(entry?.at).toBeGreaterThanOrEqual(before - 1_000);
    expect(entry?.at).toBeLessThanOrEqual(Date.now() + 1_000);
    await remove();
  });

  it('answers what was asked before it was closed, and nothing after', async () => {
    const { say, store } = world;
    const last = say();
    const closing = store[Symbol.asyncDispose]();
    expect(await last).toMatchObject({ sessionId: expect.any(String) });
    await closing;
    expect(await codeOf(store.journal.sweep({ limit: 1 }))).toBe('store.failed');
    expect(await codeOf(store.reader.counts())).toBe('store.failed');
    await store[Symbol.asyncDispose]();
  });
});
