import type { RecordSlice } from '@cuttle/core-types/ports';
import { expect, it } from 'vitest';
import type { World } from './world.ts';

export function describeRetention(get: () => World): void {
  const rule = { wantChars: 0, keepArchived: true, after: 0, limit: 100 };
  const dayMs = 86_400_000;

  it('removes what ended before a time, as it was foretold, and leaves a whole chain', async () => {
    const { begin, complete, reader, journal, advance, now, say } = get();
    const old = await begin({ text: 'old oak' });
    await complete(old, { text: 'old answer' });
    await complete(await begin({ text: 'old elm' }), { text: 'old answer' });
    advance(dayMs);
    const { sessionId } = old;
    await complete(await begin({ text: 'new ash' }), { text: 'new answer' });
    await say({ text: 'queued' });
    await reader.searchMessages({ query: 'oak', limit: 5 });
    const input = { ...rule, before: now() - 1000 };
    const foretold = await reader.previewClosedGroups(input);
    expect(foretold).toEqual({ groups: 2, entries: 4, chars: expect.any(Number) });
    expect(await journal.removeClosedGroups(input)).toEqual(foretold);
    expect(await reader.previewClosedGroups(input)).toEqual({ groups: 0, entries: 0, chars: 0 });
    expect((await reader.searchMessages({ query: 'oak', limit: 5 })).hits).toEqual([]);
    expect(await reader.findRun(old.runId)).toBeUndefined();
    const { entries, queued } = await reader.readHistory({ sessionId, limit: 9 });
    expect(entries.map(({ seq }) => seq)).toEqual([5, 6]);
    expect(queued).toMatchObject([{ text: 'queued' }]);
    const chain: RecordSlice = await reader.verifySession({ sessionId });
    expect(chain).toMatchObject({ checked: 2, purged: 4, findings: [] });
    const bounds = await reader.eventBounds(sessionId);
    expect(bounds.first).toBeGreaterThan(1);
  });

  it('leaves what runs, what is being delivered, what is archived and what another session begins with', async () => {
    const { begin, complete, reader, journal, advance, now, draft, deliver, conversationId } =
      get();
    await begin({ session: 'runs' });
    const sending = await begin({ session: 'sends', place: 'chat-2' });
    const place = get().place('chat-2');
    const origin = `${sending.runId}:final`;
    const reply = draft({ origin, conversation: place, ttlMs: 9 * dayMs });
    await complete(sending, { outbound: [reply] });
    await complete(await begin({ session: 'kept' }));
    await journal.patchSession({ sessionKey: 'kept', agentId: 'main', archived: true });
    await complete(await begin({ session: 'source' }));
    await journal.forkSession({ sourceKey: 'source', sessionKey: 'fork', agentId: 'main' });
    advance(dayMs);
    const input = { ...rule, before: now() };
    expect((await reader.previewClosedGroups(input)).groups).toBe(0);
    expect((await journal.removeClosedGroups(input)).groups).toBe(0);
    await deliver(conversationId(sending));
    expect((await reader.previewClosedGroups(input)).groups).toBe(1);
    expect((await reader.previewClosedGroups({ ...input, keepArchived: false })).groups).toBe(2);
    expect((await journal.removeClosedGroups(input)).groups).toBe(1);
  });

  it('goes on slice by slice, the oldest first, until enough went', async () => {
    const { begin, complete, reader, journal } = get();
    const words = 'x'.repeat(1_000);
    for (let n = 0; n < 6; n += 1) await complete(await begin({ text: words }), { text: words });
    const none = { ...rule, before: -1 };
    const foretold = await reader.previewClosedGroups({ ...none, wantChars: 3_000, limit: 2 });
    expect(foretold).toMatchObject({ groups: 2, next: expect.any(Number) });
    const first = await journal.removeClosedGroups({ ...none, wantChars: 3_000, limit: 2 });
    expect(first).toEqual(foretold);
    const left = { ...none, wantChars: 3_000 - first.chars, after: first.next ?? 0 };
    expect(await journal.removeClosedGroups(left)).toEqual({ groups: 0, entries: 0, chars: 0 });
  });

  it('cuts the beginning of the audit, whose chain says so, and old sums of usage', async () => {
    const { begin, complete, reader, journal, advance, now } = get();
    await complete(await begin());
    for (const n of [1, 2, 3])
      await journal.appendAudit({ kind: 'old', principal: 'x', details: { n } });
    advance(3 * dayMs);
    await journal.appendAudit({ kind: 'new', principal: 'x', details: {} });
    const before = now() - dayMs;
    expect(await reader.countOldAudit({ before })).toBe(3);
    expect(await journal.removeAudit({ before, limit: 2 })).toBe(2);
    expect(await journal.removeAudit({ before, limit: 2 })).toBe(1);
    expect((await reader.readAudit({ limit: 9 })).map(({ kind }) => kind)).toEqual(['new']);
    expect(await reader.verifyAudit({})).toMatchObject({ checked: 1, purged: 3, findings: [] });
    expect(await reader.countOldUsage({ before })).toBe(1);
    expect(await journal.removeUsage({ before, limit: 10 })).toBe(1);
    expect(await reader.usage({ since: 0 })).toEqual([]);
    const noted = { groups: 1, entries: 2, chars: 3, usage: 1, audit: 3 };
    await journal.noteRetention(noted);
    expect((await reader.readAudit({ limit: 1 }))[0]).toMatchObject({ details: noted });
  });
}
