import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BlobStore } from '@cuttle/core-types/ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BlobIndex, createFolderBlobs } from './folder-blobs.ts';

const never = new AbortController().signal;

describe('blobs in a folder', () => {
  let path = '';
  let rows: Map<string, string>;
  let blobs: BlobStore;
  let listFree: BlobIndex['listFree'];
  /** Resolves when a row was removed. */
  let forgotten: PromiseWithResolvers<void>;
  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'cuttle-blobs-'));
    rows = new Map();
    listFree = async () => ({ free: [], next: undefined });
    forgotten = Promise.withResolvers();
    const index: BlobIndex = {
      put: async ({ sha256, mimeType }) => {
        if (!rows.has(sha256)) rows.set(sha256, mimeType);
      },
      findType: async (sha256) => rows.get(sha256),
      listFree: (input) => listFree(input),
      listKnown: async (sha256s) => sha256s.filter((sha256) => rows.has(sha256)),
      forget: async ({ sha256 }) => {
        forgotten.resolve();
        return rows.delete(sha256);
      },
    };
    blobs = createFolderBlobs({ path, index });
  });
  afterEach(() => rm(path, { recursive: true }));
  const files = async (): Promise<string[]> =>
    (await readdir(path, { recursive: true })).toSorted();

  it('are files named by their hash, with nothing beside them', async () => {
    const sha256 = await blobs.put(new TextEncoder().encode('abc'), 'text/plain', never);
    await blobs.put(new TextEncoder().encode('abc'), 'text/html', never);
    expect(await files()).toEqual(['ba', join('ba', sha256.slice(2))]);
    expect((await blobs.read(sha256, never)).mimeType).toBe('text/plain');
  });

  it('never come back changed', async () => {
    const sha256 = await blobs.put(new Uint8Array(1_000), 'x/y', never);
    await writeFile(join(path, sha256.slice(0, 2), sha256.slice(2)), new Uint8Array(1_000).fill(1));
    await expect(blobs.read(sha256, never)).rejects.toMatchObject({ code: 'store.corrupt' });
  });

  it('are not found where the file is gone, and mended by the next put', async () => {
    const bytes = new Uint8Array(10);
    const sha256 = await blobs.put(bytes, 'x/y', never);
    await rm(join(path, sha256.slice(0, 2)), { recursive: true });
    await expect(blobs.read(sha256, never)).rejects.toMatchObject({ code: 'request.not-found' });
    await blobs.put(bytes, 'x/y', never);
    expect((await blobs.read(sha256, never)).bytes).toHaveLength(10);
  });

  it('have no row before their bytes are there', async () => {
    await writeFile(join(path, '6e'), 'a file where a folder should be');
    const bytes = new Uint8Array(1); // its hash begins with 6e
    await expect(blobs.put(bytes, 'x/y', never)).rejects.toMatchObject({ code: 'EEXIST' });
    expect(rows.size).toBe(0);
  });

  it('that a crash left without a row are freed, with what was being written aside', async () => {
    const lost = await blobs.put(new TextEncoder().encode('lost'), 'x/y', never);
    rows.delete(lost);
    const kept = await blobs.put(new TextEncoder().encode('kept'), 'x/y', never);
    const [folder, file] = [lost.slice(0, 2), lost.slice(2)];
    await writeFile(join(path, folder, '.cut.tmp'), 'half');
    await writeFile(join(path, folder, 'notes.txt'), 'not ours');
    const { mtimeMs } = await stat(join(path, folder, file));
    expect(await blobs.free({ before: mtimeMs - 1 }, never)).toMatchObject({ count: 0 });
    const freed = await blobs.free({ before: Date.now() + 60_000 }, never);
    expect(freed).toEqual({ count: 2, bytes: 8, stuck: 0 });
    expect(await files()).toEqual(
      [
        folder,
        join(folder, 'notes.txt'),
        kept.slice(0, 2),
        join(kept.slice(0, 2), kept.slice(2)),
      ].toSorted(),
    );
  });

  it('lose no bytes to a removal that was under way when they were put again', async () => {
    const bytes = new TextEncoder().encode('again');
    const sha256 = await blobs.put(bytes, 'x/y', never);
    const page = { free: [{ sha256, bytes: bytes.length }], next: undefined };
    listFree = async () => page;
    const [freed, again] = await Promise.all([
      blobs.free({ before: 0 }, never),
      forgotten.promise.then(() => blobs.put(bytes, 'x/y', never)),
    ]);
    expect(freed.count).toBe(1);
    expect(again).toBe(sha256);
    expect((await blobs.read(sha256, never)).bytes).toHaveLength(5);
  });

  it('whose file cannot be removed are counted', async () => {
    const sha256 = await blobs.put(new Uint8Array(3), 'x/y', never);
    const file = join(path, sha256.slice(0, 2), sha256.slice(2));
    await rm(file);
    await mkdir(file);
    listFree = async () => ({ free: [{ sha256, bytes: 3 }], next: undefined });
    expect(await blobs.free({ before: 0 }, never)).toEqual({ count: 1, bytes: 0, stuck: 1 });
  });
});
