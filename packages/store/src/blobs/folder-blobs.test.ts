import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
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
  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'cuttle-blobs-'));
    rows = new Map();
    const index: BlobIndex = {
      put: async ({ sha256, mimeType }) => {
        if (!rows.has(sha256)) rows.set(sha256, mimeType);
      },
      findType: async (sha256) => rows.get(sha256),
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
});
