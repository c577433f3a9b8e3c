import type { MediaText } from '@cuttle/core-types/ports';
import { expect, it } from 'vitest';
import { codeOf, type World } from './world.ts';

const never = new AbortController().signal;

/** What bytes say is written once, and goes with them. */
export function describeMedia(get: () => World): void {
  const put = (text: string): Promise<string> =>
    get().store.blobs.put(new TextEncoder().encode(text), 'image/png', never);
  const words = (sha256: string, wish: Partial<MediaText> = {}): MediaText => ({
    sha256,
    kind: 'image',
    by: 'eyes/one',
    text: 'A cat.',
    detail: {},
    ...wish,
  });
  const call = {
    callId: 'call-1',
    agentId: 'main',
    personId: 'person-1',
    provider: 'eyes',
    model: 'one',
    usage: { inputTokens: 900, outputTokens: 9 },
    costMicros: 7,
  };

  it('keeps the first words of a blob, a kind and a writer, and counts every call for them', async () => {
    const { journal, reader, now } = get();
    const sha256 = await put('cat');
    const first = await journal.putMediaText({ ...words(sha256), call });
    expect(first).toEqual(words(sha256));
    const again = { ...words(sha256, { text: 'A tiger.' }), call: { ...call, callId: 'call-2' } };
    expect(await journal.putMediaText(again)).toEqual(words(sha256));
    expect(await reader.findMediaTexts({ sha256s: [sha256] })).toEqual([words(sha256)]);
    const rows = await reader.usageBy({ since: now() - 1, by: 'model', limit: 5 });
    expect(rows).toMatchObject([{ key: 'eyes/one', calls: 2, costMicros: 14 }]);
  });

  it('keeps what others found in the same bytes, and why bytes cannot be read', async () => {
    const { journal, reader } = get();
    const sha256 = await put('both');
    const others = [
      words(sha256, { kind: 'audio', by: 'ears', text: 'Hello.', detail: { durationMs: 1200 } }),
      words(sha256, { kind: 'document', by: 'text', text: '', failure: 'media.unreadable' }),
      words(sha256, { kind: 'video', by: 'eyes/one', text: 'A cat jumps.' }),
    ];
    for (const row of [words(sha256), ...others]) await journal.putMediaText(row);
    const kept = await reader.findMediaTexts({ sha256s: ['0'.repeat(64), sha256] });
    expect(kept).toHaveLength(4);
    expect(kept).toEqual(expect.arrayContaining([words(sha256), ...others]));
  });

  it('keeps the pictures of a film, the first of each taker, also in a later life', async () => {
    const world = get();
    const sha256 = await put('film');
    const frame = { atMs: 500, width: 2, height: 1, data: 'AAEC' };
    const film = { sha256, by: 'a/2', durationMs: 900, hasSound: true, frames: [frame, frame] };
    expect(await world.journal.putFilm(film)).toEqual(film);
    expect(await world.journal.putFilm({ ...film, hasSound: false, frames: [] })).toEqual(film);
    const broken = { sha256, by: 'b', hasSound: false, frames: [], failure: 'media.unreadable' };
    await world.journal.putFilm(broken);
    await world.reopen();
    expect(await world.reader.findFilm({ sha256, by: 'a/2' })).toEqual(film);
    expect(await world.reader.findFilm({ sha256, by: 'b' })).toEqual(broken);
    expect(await world.reader.findFilm({ sha256, by: 'c' })).toBeUndefined();
    const nowhere = { ...film, sha256: '0'.repeat(64) };
    expect(await codeOf(world.journal.putFilm(nowhere))).toBe('request.not-found');
  });

  it('has the words in a later life, and none about bytes that it does not have', async () => {
    const world = get();
    const sha256 = await put('later');
    await world.journal.putMediaText(words(sha256));
    const stranger = words('0'.repeat(64));
    expect(await codeOf(world.journal.putMediaText(stranger))).toBe('request.not-found');
    await world.reopen();
    const sha256s = [sha256, stranger.sha256];
    expect(await world.reader.findMediaTexts({ sha256s })).toEqual([words(sha256)]);
  });
}

/** What a messenger held is in the transcript once it is here. */
export function describeFetchedMedia(get: () => World): void {
  const heldOf = (inboundId: string, index = 0) => ({
    kind: 'channel' as const,
    inboundId,
    index,
    accountId: 'account',
    ref: { fileId: 'x' },
  });
  const say = async (world: World): Promise<{ inboundId: string; sessionId: string }> => {
    const inboundId = world.newId();
    const parts = [
      { type: 'text' as const, text: 'look' },
      { type: 'document' as const, mimeType: 'x/y', name: 'a.bin', source: heldOf(inboundId) },
      {
        type: 'audio' as const,
        mimeType: 'audio/ogg',
        durationMs: 1200,
        voice: true,
        source: heldOf(inboundId, 1),
      },
    ];
    const { sessionId } = await world.begin({ inboundId, body: { v: 1, parts } });
    return { inboundId, sessionId };
  };
  const partsOf = async ({ reader }: World, sessionId: string): Promise<unknown> => {
    const { entries } = await reader.readHistory({ sessionId, limit: 5 });
    const [message] = entries.flatMap(({ messages }) => messages);
    return message?.parts;
  };
  const put = (world: World, text: string): Promise<string> =>
    world.store.blobs.put(new TextEncoder().encode(text), 'image/png', never);

  it('puts the bytes in the place of what a messenger held, also in a later life', async () => {
    const world = get();
    const { inboundId, sessionId } = await say(world);
    const said = (await partsOf(world, sessionId)) as object[]; // parts as above
    expect(said[1]).toMatchObject({ source: heldOf(inboundId) });
    const [sha256, voice] = [await put(world, 'png'), await put(world, 'ogg')];
    const { journal } = world;
    const image = { kind: 'blob', sha256, type: 'image', mimeType: 'image/png' } as const;
    const sound = { kind: 'blob', sha256: voice, type: 'audio', mimeType: 'audio/ogg' } as const;
    expect(await journal.putFetchedMedia({ inboundId, index: 0, fetched: image })).toEqual(image);
    await journal.putFetchedMedia({ inboundId, index: 1, fetched: sound });
    await world.reopen();
    expect(await partsOf(world, sessionId)).toEqual([
      { type: 'text', text: 'look' },
      { type: 'image', mimeType: 'image/png', name: 'a.bin', source: { kind: 'blob', sha256 } },
      {
        type: 'audio',
        mimeType: 'audio/ogg',
        durationMs: 1200,
        voice: true,
        source: { kind: 'blob', sha256: voice },
      },
    ]);
  });

  it('keeps the first outcome of a file, also that there will be none', async () => {
    const world = get();
    const { inboundId, sessionId } = await say(world);
    const { journal } = world;
    const failed = { kind: 'failed', code: 'media.gone' } as const;
    expect(await journal.putFetchedMedia({ inboundId, index: 0, fetched: failed })).toEqual(failed);
    const sha256 = await put(world, 'late');
    const late = { kind: 'blob', sha256, type: 'image', mimeType: 'image/png' } as const;
    expect(await journal.putFetchedMedia({ inboundId, index: 0, fetched: late })).toEqual(failed);
    expect(await partsOf(world, sessionId)).toMatchObject([
      {},
      { type: 'document', source: { ...heldOf(inboundId), failure: 'media.gone' } },
      { source: heldOf(inboundId, 1) },
    ]);
  });

  it('names no bytes that are not stored, and nothing of a message that is not', async () => {
    const world = get();
    const { inboundId } = await say(world);
    const nowhere = '0'.repeat(64);
    const fetched = { kind: 'blob', sha256: nowhere, type: 'image', mimeType: 'x/y' } as const;
    const { journal } = world;
    expect(await codeOf(journal.putFetchedMedia({ inboundId, index: 0, fetched }))).toBe(
      'request.not-found',
    );
    const failed = { kind: 'failed', code: 'media.gone' } as const;
    expect(
      await codeOf(journal.putFetchedMedia({ inboundId: 'x', index: 0, fetched: failed })),
    ).toBe('request.not-found');
  });
}
