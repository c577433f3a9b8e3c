import { stat } from 'node:fs/promises';
import type { Store } from '@cuttle/core-types/ports';
import { afterEach, describe, expect, it } from 'vitest';
import { codeOf, createWorld, type World } from '../contract/world.ts';
import { createDisk } from './disk.ts';
import { openFixture, openFolder } from './fixtures/open-fixture.ts';
import { type InlineStoreOptions, openInlineStore } from './index.ts';

const worlds: World[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

async function open(options: Partial<InlineStoreOptions>): Promise<World> {
  const world = await createWorld(({ now }) =>
    openFixture((paths): Promise<Store> => openInlineStore({ ...paths, now, ...options })),
  );
  worlds.push(world);
  return world;
}

/** Opens a roomy home first, so that there is something to go on with; then one below the mark. */
async function openLow(fill: (world: World) => Promise<void>): Promise<World> {
  const disk = { reserveBytes: 0, lowBytes: 0 };
  const world = await open({ disk });
  await fill(world);
  disk.lowBytes = Number.MAX_SAFE_INTEGER;
  await world.reopen();
  world.advance(2_000);
  return world;
}

describe('a disk with little room', () => {
  it('takes nothing in and begins nothing, and says so', async () => {
    let lane = '';
    const world = await openLow(async ({ say, journal, draft }) => {
      await say({ session: 'a' });
      const { conversations } = await journal.prepareOutbound({ drafts: [draft()] });
      lane = conversations[0] ?? '';
    });
    const { accept, journal, draft, reader, now, claimDelivery, store } = world;
    expect(await codeOf(accept())).toBe('store.full');
    expect(store.health()).toMatchObject({ writable: false, disk: 'low' });
    const sessionId = (await reader.findSession('a'))?.sessionId ?? '';
    const claim = { sessionId, fence: 'f', collectMax: 1 };
    expect(await codeOf(journal.claimRun(claim))).toBe('store.full');
    expect(await codeOf(journal.prepareOutbound({ drafts: [draft()] }))).toBe('store.full');
    expect(await claimDelivery(lane)).toEqual({ kind: 'wait', until: now() + 5_000 });
    expect((await reader.counts()).queued).toBe(1);
  });
});

describe('a disk that is full', () => {
  it('writes nothing of a group, tells each of its calls, and goes on when there is room', async () => {
    const options = { maxPages: 120, disk: { reserveBytes: 0, lowBytes: 0 } };
    const world = await open(options);
    const { journal, reader, store, advance } = world;
    const put = (key: string, size: number): Promise<void> =>
      journal.putValue({ namespace: 'n', key, value: 'x'.repeat(size) });
    await put('small', 10);
    const writes = [put('before', 10), put('huge', 4_000_000), put('after', 10)];
    expect(await Promise.all(writes.map(codeOf))).toEqual([
      'store.full',
      'store.full',
      'store.full',
    ]);
    expect(store.health()).toMatchObject({ writable: false, disk: 'full' });
    const values = await reader.listValues({ namespace: 'n', limit: 10 });
    expect(values.map(({ key }) => key)).toEqual(['small']);
    advance(2_000);
    await put('later', 10);
    expect(store.health()).toEqual({ writable: true, disk: 'ok' });
  });

  it('gives the reserve for what ends, and to nothing else', async () => {
    const { path, remove } = await openFolder();
    const disk = createDisk(path, { reserveBytes: 64 * 1024, lowBytes: 0 });
    expect(disk.freeReserve()).toBe(false);
    disk.keepReserve();
    expect((await stat(`${path}.reserve`)).size).toBe(64 * 1024);
    const later = createDisk(path, { reserveBytes: 64 * 1024, lowBytes: 0 });
    expect(later.freeReserve()).toBe(true);
    expect(later.freeReserve()).toBe(false);
    await expect(stat(`${path}.reserve`)).rejects.toMatchObject({ code: 'ENOENT' });
    await remove();
  });

  it('takes no reserve where it would leave too little', async () => {
    const { path, remove } = await openFolder();
    const disk = createDisk(path, { lowBytes: Number.MAX_SAFE_INTEGER });
    disk.keepReserve();
    expect(disk.level).toBe('low');
    expect(disk.freeReserve()).toBe(false);
    await remove();
  });
});
