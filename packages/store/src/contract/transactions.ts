import { expect, it } from 'vitest';
import { codeOf, type World } from './world.ts';

export function describeTransactions(get: () => World): void {
  it('lets a call that is refused fail alone among those that share its commit', async () => {
    const { accept, journal, begin, reader, draft, place } = get();
    const run = await begin({ session: 'z' });
    const { runId } = run;
    const unknown = { ...place(), accountId: 'unknown' };
    const results = await Promise.allSettled([
      accept({ session: 'a' }),
      journal.restartStep({ runId, fence: 'another', step: 1 }),
      accept({ session: 'b' }),
      journal.prepareOutbound({ drafts: [draft(), draft({ conversation: unknown })] }),
      accept({ session: 'c' }),
    ]);
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    const { undelivered, queued } = await reader.counts();
    expect({ undelivered, queued }).toEqual({ undelivered: 0, queued: 3 });
  });

  it('takes back everything a failed call did, its counts and numbers too', async () => {
    const { accept, reader, say, draft, place } = get();
    const { sessionId } = await say();
    const unknown = { ...place(), accountId: 'unknown' };
    const refused = accept({
      verdict: { kind: 'refuse', reason: 'x', notice: [draft({ conversation: unknown })] },
    });
    expect(await codeOf(refused)).toBe('request.invalid');
    await say();
    const events = await reader.readEvents({ sessionId, after: 0, limit: 10 });
    expect(events.map(({ seq }) => seq)).toEqual([1, 2]);
    expect((await reader.counts()).queued).toBe(2);
  });

  it('numbers the events of a session without gap or repeat, however many write at once', async () => {
    const { say, journal, reader, tryClaim, complete } = get();
    const sessions = await Promise.all(
      ['a', 'b', 'c'].map(async (session) => (await say({ session })).sessionId),
    );
    const worker = async (session: string, sessionId: string): Promise<void> => {
      for (let n = 0; n < 10; n += 1) {
        await say({ session });
        const run = await tryClaim(sessionId);
        if (!run) continue;
        await journal.restartStep({ runId: run.runId, fence: run.fence, step: 1 });
        await complete(run);
      }
    };
    await Promise.all(
      sessions.flatMap((sessionId, index) => {
        const session = ['a', 'b', 'c'][index] ?? '';
        return [worker(session, sessionId), worker(session, sessionId)];
      }),
    );
    for (const sessionId of sessions) {
      const events = await reader.readEvents({ sessionId, after: 0, limit: 1_000 });
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_event, index) => index + 1));
      const { entries } = await reader.readHistory({ sessionId, limit: 1_000 });
      expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_entry, index) => index + 1));
    }
  });

  it('shows a read everything that was told before', async () => {
    const { say, reader } = get();
    await Promise.all(
      Array.from({ length: 50 }, async (_, n) => {
        const { inboundId } = await say({ session: `s${n % 5}` });
        expect(await reader.findInbound({ inboundId })).toMatchObject({ inboundId });
      }),
    );
  });

  it('gives nobody a value that somebody else can change', async () => {
    const { journal, reader } = get();
    const value = { list: [1] };
    await journal.putValue({ namespace: 'n', key: 'k', value });
    value.list.push(2);
    const first = await reader.findValue({ namespace: 'n', key: 'k' });
    expect(first?.value).toEqual({ list: [1] });
  });
}
