import { expect, it } from 'vitest';
import { codeOf, type World } from './world.ts';

const never = new AbortController().signal;

export function describeBlobs(get: () => World): void {
  it('gives back the bytes by their hash', async () => {
    const { blobs } = get().store;
    const bytes = new TextEncoder().encode('abc');
    const sha256 = await blobs.put(bytes, 'text/plain', never);
    expect(sha256).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    const read = await blobs.read(sha256, never);
    expect([...read.bytes]).toEqual([...bytes]);
    expect(read.mimeType).toBe('text/plain');
  });

  it('stores equal bytes once, and the empty ones too', async () => {
    const { blobs } = get().store;
    const bytes = new Uint8Array(100_000).fill(7);
    const hashes = await Promise.all([
      blobs.put(bytes, 'image/png', never),
      blobs.put(bytes, 'image/gif', never),
    ]);
    expect(new Set(hashes).size).toBe(1);
    const empty = await blobs.put(new Uint8Array(), 'text/plain', never);
    expect((await blobs.read(empty, never)).bytes).toHaveLength(0);
  });

  it('knows no bytes that were never put', async () => {
    const { blobs } = get().store;
    expect(await codeOf(blobs.read('0'.repeat(64), never))).toBe('request.not-found');
    expect(await codeOf(blobs.read('../../etc/passwd', never))).toBe('request.not-found');
  });

  it('stops when it is told to', async () => {
    const { blobs } = get().store;
    const stopped = AbortSignal.abort(new Error('enough'));
    await expect(blobs.put(new Uint8Array(1), 'x/y', stopped)).rejects.toThrow('enough');
  });

  it('has the bytes in a later life', async () => {
    const world = get();
    const sha256 = await world.store.blobs.put(new Uint8Array([1, 2, 3]), 'x/y', never);
    await world.reopen();
    expect([...(await world.store.blobs.read(sha256, never)).bytes]).toEqual([1, 2, 3]);
  });
}
