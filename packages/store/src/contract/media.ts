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
    ];
    for (const row of [words(sha256), ...others]) await journal.putMediaText(row);
    const kept = await reader.findMediaTexts({ sha256s: ['0'.repeat(64), sha256] });
    expect(kept).toHaveLength(3);
    expect(kept).toEqual(expect.arrayContaining([words(sha256), ...others]));
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
