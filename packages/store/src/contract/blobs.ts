import { expect, it } from 'vitest';
import { callOf, codeOf, resultOf, type Wish, type World } from './world.ts';

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

  const hourMs = 3_600_000;
  const picture = (sha256: string, text = 'look'): Wish => ({
    text,
    body: {
      v: 1,
      parts: [
        { type: 'text', text },
        { type: 'image', mimeType: 'image/png', source: { kind: 'blob', sha256 } },
      ],
    },
  });
  const put = (text: string): Promise<string> =>
    get().store.blobs.put(new TextEncoder().encode(text), 'image/png', never);
  const free = async (before = get().now()): Promise<number> =>
    (await get().store.blobs.free({ before }, never)).count;

  it('keeps bytes as long as a message or a result names them, and frees them after', async () => {
    const world = get();
    const { journal, begin, complete, advance } = world;
    const said = await put('said');
    const shown = await put('shown');
    const sent = await put('sent');
    const none = await put('none');
    const run = await begin(picture(said));
    const { runId, fence } = run;
    await journal.recordStep(world.record(run, 1, { calls: [callOf(0)] }));
    const calls = [{ index: 0, deadline: world.now() + 1_000 }];
    await journal.startCalls({ runId, fence, step: 1, calls });
    const source = { kind: 'blob', sha256: shown } as const;
    const image = { type: 'image', mimeType: 'image/png', source } as const;
    const result = { ...resultOf('call-0'), content: [image] };
    const end = { runId, fence, step: 1, index: 0, state: 'done', result } as const;
    const file = {
      sha256: sent,
      kind: 'image',
      mimeType: 'image/png',
      name: 'a',
      bytes: 4,
    } as const;
    const body = { v: 1, text: '', payload: null, files: [file] } as const;
    const outbound = [world.draft({ origin: `${runId}:1:0:0`, body })];
    const { conversations } = await journal.finishCall({ ...end, outbound, taint: [] });
    for (const conversationId of conversations) await world.deliver(conversationId);
    await journal.openStep({ runId, fence, step: 2 });
    await complete(run, { last: world.record(run, 2) });
    advance(hourMs);
    expect(await free()).toBe(1);
    expect(await codeOf(world.store.blobs.read(none, never))).toBe('request.not-found');
    await world.reopen();
    expect(await free()).toBe(0);
    for (const sha256 of [said, shown, sent]) await world.store.blobs.read(sha256, never);
    const rule = { before: world.now(), wantChars: 0, keepArchived: true, after: 0, limit: 9 };
    await world.journal.removeClosedGroups(rule);
    expect(await free()).toBe(3);
    for (const sha256 of [said, shown, sent])
      expect(await codeOf(world.store.blobs.read(sha256, never))).toBe('request.not-found');
  });

  it('leaves what was put, or put again, since then: its message may be on its way', async () => {
    const { store, advance, now } = get();
    const sha256 = await put('again');
    const other = await put('other');
    advance(hourMs);
    await put('again');
    expect(await free(now() - 1)).toBe(1);
    await store.blobs.read(sha256, never);
    expect(await codeOf(store.blobs.read(other, never))).toBe('request.not-found');
    expect(await put('other')).toBe(other);
    await store.blobs.read(other, never);
  });

  it('frees what a session named that was deleted, and keeps what another one names too', async () => {
    const { journal, begin, complete, advance, reader } = get();
    const [both, own] = [await put('both'), await put('own')];
    await complete(await begin({ ...picture(both), session: 'other' }));
    await complete(await begin({ ...picture(both), session: 'mine' }));
    await complete(await begin({ ...picture(own), session: 'mine' }));
    advance(hourMs);
    await journal.removeSession({ sessionKey: 'mine', by: 'owner' });
    while ((await journal.sweep({ limit: 200 })).changed > 0);
    expect(await free()).toBe(1);
    await get().store.blobs.read(both, never);
    expect(await reader.findSession('mine')).toBeUndefined();
  });

  it('frees what only a purged person had sent', async () => {
    const { journal, begin, complete, advance } = get();
    const [hers, his] = [await put('hers'), await put('his')];
    const anna = { principal: 'anna', session: 'group' };
    await complete(await begin({ ...picture(hers), ...anna }));
    await complete(await begin({ ...picture(his), principal: 'ben', session: 'group' }));
    advance(hourMs);
    const trace = { personIds: [], principals: ['anna'], accounts: [], names: [] };
    const { purgeId } = await journal.beginPurge({ purgeId: 'p', trace, by: 'owner' });
    const slice = { purgeId, area: 'transcripts', words: '-', limit: 100 } as const;
    while (!(await journal.purgeSlice(slice)).done);
    expect(await free()).toBe(1);
    await get().store.blobs.read(his, never);
  });
}
