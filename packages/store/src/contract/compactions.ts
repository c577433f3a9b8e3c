import type { SummaryBody } from '@cuttle/core-types';
import type { ClaimedRun, CompactionRecord } from '@cuttle/core-types/ports';
import { expect, it } from 'vitest';
import { codeOf, type World } from './world.ts';

const bodyOf = (text: string): SummaryBody => ({
  v: 1,
  text,
  facts: { failures: [], tasks: [], paths: ['/etc/hosts'], identifiers: [] },
  kept: [],
  by: 'model',
  runId: 'r',
  target: 4,
  entries: 2,
});

function recordOf(
  { runId, fence }: ClaimedRun,
  uptoSeq: number,
  more: Partial<CompactionRecord> = {},
): CompactionRecord {
  const call = {
    usage: { inputTokens: 100, outputTokens: 20 },
    provider: 'local',
    model: 'small',
    costMicros: 3,
    reserved: false,
  };
  const body = bodyOf(`up to ${uptoSeq}`);
  return { runId, fence, step: 1, uptoSeq, body, call, contextTokens: 500, ...more };
}

export function describeCompactions(get: () => World): void {
  /** A session of three turns, and a run that answers the fourth. */
  async function grown(): Promise<ClaimedRun> {
    const { begin, complete } = get();
    for (let turn = 0; turn < 3; turn += 1) await complete(await begin());
    return begin();
  }

  it('makes a summary part of the boundary of the step it was made for, once', async () => {
    const { journal, reader, now } = get();
    const run = await grown();
    expect(run.open).toEqual({ step: 1, attempt: 1, uptoSeq: 7 });
    const { runId, fence } = run;
    const begun = await journal.beginCompaction({ runId, fence, step: 1, uptoSeq: 4 });
    expect(begun.events).toMatchObject([
      { kind: 'compaction.start', runId, ref: { step: 1, detail: { uptoSeq: 4 } } },
    ]);
    const first = await journal.recordCompaction(recordOf(run, 4));
    expect(first.events).toMatchObject([
      { kind: 'compaction.end', runId, ref: { step: 1, detail: { uptoSeq: 4 } } },
    ]);
    const again = await journal.recordCompaction(recordOf(run, 4, { body: bodyOf('other') }));
    expect(again.events).toEqual([]);
    const { sessionId, generation } = run;
    const found = await reader.findSummary({ sessionId, generation });
    expect(found).toMatchObject({ uptoSeq: 4, revision: 1, body: bodyOf('up to 4') });
    expect(await reader.findSummary({ sessionId, generation, uptoSeq: 4 })).toEqual(found);
    expect(await reader.findSummary({ sessionId, generation, uptoSeq: 3 })).toBeUndefined();
    const stored = await reader.findRun(runId);
    expect(stored?.steps.map(({ uptoSeq, summaryUpto }) => [uptoSeq, summaryUpto])).toEqual([
      [7, 4],
    ]);
    expect(await reader.findSession(run.sessionKey)).toMatchObject({
      contextTokens: 500,
      summaryUpto: 4,
    });
    expect((await reader.usage({ since: now() })).find(({ model }) => model === 'small')).toEqual(
      expect.objectContaining({ calls: 1, costMicros: 3 }),
    );
  });

  it('gives a run that is taken over the summary its open step had', async () => {
    const { journal, reopen, claim } = get();
    const run = await grown();
    await journal.recordCompaction(recordOf(run, 4));
    await reopen();
    const again = await claim(run.sessionId);
    expect(again.open).toMatchObject({ step: 1, attempt: 2, uptoSeq: 7, summaryUpto: 4 });
  });

  it('shows the furthest summary to later steps and runs, and none after a reset', async () => {
    const { journal, begin, complete, claim, accept, reader } = get();
    const run = await grown();
    await journal.recordCompaction(recordOf(run, 2));
    await journal.recordCompaction(recordOf(run, 4));
    expect(await codeOf(journal.recordCompaction(recordOf(run, 3)))).toBe('request.invalid');
    await complete(run);
    const next = await begin();
    expect(next.open).toMatchObject({ summaryUpto: 4 });
    await complete(next);
    const reset = await accept({ text: '/new', verdict: { kind: 'control' } });
    if (reset.kind !== 'accepted') throw new Error(reset.kind);
    const { inboundId } = reset;
    await journal.settleCommand({ inboundId, reply: 'ok', outbound: [], reset: true });
    const { sessionId } = await get().say();
    const fresh = await claim(sessionId);
    expect(fresh.open?.summaryUpto).toBeUndefined();
    const { generation } = fresh;
    expect(generation).toBe(run.generation + 1);
    expect(await reader.findSummary({ sessionId, generation })).toBeUndefined();
    expect(await reader.findSummary({ sessionId, generation: run.generation })).toMatchObject({
      uptoSeq: 4,
    });
  });

  it('takes a summary back with all that were built upon it, and loses none', async () => {
    const { journal, reader, complete, begin } = get();
    const run = await grown();
    const { sessionId, generation } = run;
    for (const uptoSeq of [2, 4, 6]) await journal.recordCompaction(recordOf(run, uptoSeq));
    const undo = { sessionId, uptoSeq: 4, by: 'owner' };
    expect(await journal.undoCompaction(undo)).toEqual({ kind: 'busy' });
    await complete(run);
    expect(await journal.undoCompaction({ ...undo, uptoSeq: 5 })).toEqual({ kind: 'unknown' });
    expect(await journal.undoCompaction(undo)).toMatchObject({
      kind: 'undone',
      count: 2,
      summaryUpto: 2,
      events: [{ kind: 'compaction.undo', ref: { detail: { uptoSeq: 4, by: 'owner' } } }],
    });
    expect(await journal.undoCompaction(undo)).toEqual({ kind: 'unknown' });
    const next = await begin();
    expect(next.open?.summaryUpto).toBe(2);
    // The same reach again is another row beside the one that was taken back.
    await journal.recordCompaction(recordOf(next, 4, { body: bodyOf('second') }));
    const all = await reader.listSummaries({ sessionId, generation, limit: 10 });
    expect(
      all.map(({ uptoSeq, revision, body, undoneBy }) => [uptoSeq, revision, body.text, undoneBy]),
    ).toEqual([
      [6, 1, 'up to 6', 'owner'],
      [4, 2, 'second', undefined],
      [4, 1, 'up to 4', 'owner'],
      [2, 1, 'up to 2', undefined],
    ]);
  });

  it('keeps what the last step told of the context', async () => {
    const { begin, complete, record, reader } = get();
    const run = await begin();
    expect(run.contextScale).toBeUndefined();
    await complete(run, { last: { ...record(run, 1), context: { tokens: 1234, scale: 1100 } } });
    expect(await reader.findSession(run.sessionKey)).toMatchObject({ contextTokens: 1234 });
    expect((await begin()).contextScale).toBe(1100);
  });

  it('fits the requests of a fork as those of its source', async () => {
    const { begin, complete, record, journal } = get();
    const run = await begin();
    await complete(run, { last: { ...record(run, 1), context: { tokens: 1234, scale: 1100 } } });
    const sessionKey = 'agent:main:fitted';
    await journal.forkSession({ sourceKey: run.sessionKey, sessionKey, agentId: 'main' });
    expect((await begin({ session: sessionKey })).contextScale).toBe(1100);
  });

  it('lets nobody write a summary under another fence, or for a step that is done', async () => {
    const { journal, record } = get();
    const run = await grown();
    const { runId } = run;
    const fence = 'another';
    const wrong = recordOf(run, 4, { fence });
    expect(await codeOf(journal.recordCompaction(wrong))).toBe('run.fence-lost');
    expect(await codeOf(journal.beginCompaction({ runId, fence, step: 1, uptoSeq: 4 }))).toBe(
      'run.fence-lost',
    );
    await journal.recordStep(record(run, 1));
    expect(await codeOf(journal.recordCompaction(recordOf(run, 4)))).toBe('request.invalid');
  });

  it('goes with the entries that it stands for, unless it is the present view', async () => {
    const { journal, reader, complete, advance, now } = get();
    const run = await grown();
    for (const uptoSeq of [2, 4, 6]) await journal.recordCompaction(recordOf(run, uptoSeq));
    const { sessionId, generation } = run;
    const left = async (): Promise<readonly number[]> =>
      (await reader.listSummaries({ sessionId, generation, limit: 9 })).map(
        ({ uptoSeq }) => uptoSeq,
      );
    advance(1_000);
    await complete(run);
    const rule = { before: now() - 1, wantChars: 0, keepArchived: true, after: 0 };
    await journal.removeClosedGroups({ ...rule, limit: 2 });
    expect(await left()).toEqual([6]);
    await journal.removeClosedGroups({ ...rule, limit: 9 });
    expect(await left()).toEqual([6]);
    expect(await reader.findSession(run.sessionKey)).toMatchObject({ summaryUpto: 6 });
  });

  it('goes a month after it was taken back', async () => {
    const { journal, reader, complete, advance } = get();
    const run = await grown();
    await journal.recordCompaction(recordOf(run, 4));
    await complete(run);
    const { sessionId, generation } = run;
    await journal.undoCompaction({ sessionId, uptoSeq: 4, by: 'owner' });
    const listed = (): Promise<readonly object[]> =>
      reader.listSummaries({ sessionId, generation, limit: 9 });
    for (let hour = 0; hour < 31 * 24; hour += 1) {
      expect(await listed()).toHaveLength(hour < 30 * 24 ? 1 : 0);
      advance(3_600_000);
      await journal.sweep({ limit: 9 });
    }
  });

  it('is taken back in a fork, and gone back behind there, as in what it was forked from', async () => {
    const { journal, reader, complete } = get();
    const run = await grown();
    for (const uptoSeq of [2, 4, 6]) await journal.recordCompaction(recordOf(run, uptoSeq));
    await complete(run);
    const sourceKey = run.sessionKey;
    const fork = { sourceKey, sessionKey: 'fork', agentId: 'main' };
    const { session } = await journal.forkSession({ ...fork, atEntry: 5 });
    const { sessionId, generation } = session;
    expect(session).toMatchObject({ summaryUpto: 4 });
    const standing = async (of: { sessionId: string; generation: number }): Promise<unknown> => {
      const listed = await reader.listSummaries({ ...of, limit: 9 });
      return listed
        .filter(({ undoneAt }) => undoneAt === undefined)
        .map(({ uptoSeq, body }) => [uptoSeq, body]);
    };
    const [two, four] = [2, 4].map((uptoSeq) => [uptoSeq, bodyOf(`up to ${uptoSeq}`)]);
    expect(await standing({ sessionId, generation })).toEqual([four, two]);
    const back = await journal.undoCompaction({ sessionId, uptoSeq: 4, by: 'owner' });
    expect(back).toMatchObject({ kind: 'undone', count: 1, summaryUpto: 2 });
    // The source has its own.
    const source = { sessionId: run.sessionId, generation: run.generation };
    expect(await standing(source)).toHaveLength(3);
    const rewound = await journal.rewindSession({ sessionKey: sourceKey, toEntry: 5, closing: [] });
    expect(rewound.session).toMatchObject({ summaryUpto: 4 });
    const next = { ...source, generation: rewound.session.generation };
    expect(await standing(next)).toEqual([four, two]);
    const again = await journal.rewindSession({ sessionKey: 'fork', toEntry: 3, closing: [] });
    expect(again.session).toMatchObject({ summaryUpto: 2 });
  });
}
