import type { ClaimedRun, CutCall, CutStep } from '@cuttle/core-types/ports';
import { expect, it } from 'vitest';
import { codeOf, type World } from './world.ts';

/** What a call that was cut has used is counted once, in whatever way its attempt ended. */
export function describeCuts(get: () => World): void {
  const cut = (costMicros: number, more: Partial<CutCall> = {}): CutCall => ({
    provider: 'local',
    model: 'm1',
    usage: { inputTokens: 100, outputTokens: 10 },
    costMicros,
    isEstimated: false,
    ...more,
  });
  const stepCut = (costMicros: number, attempt = 1): CutStep => ({
    step: 1,
    attempt,
    calls: [cut(costMicros)],
  });
  const counted = async (): Promise<{ calls: number; cut: number; cost: number }> => {
    const { reader, now } = get();
    const [row] = await reader.usageBy({ since: now() - 1, by: 'model', limit: 10 });
    return { calls: row?.calls ?? 0, cut: row?.cutCalls ?? 0, cost: row?.costMicros ?? 0 };
  };
  const gateway = [{ scope: 'gateway', limitMicros: 1_000 }] as const;
  const reserve = ({ runId, fence, agentId, principal }: ClaimedRun): Promise<unknown> =>
    get().journal.reserveBudget({
      runId,
      fence,
      step: 1,
      agentId,
      personId: principal.id,
      amountMicros: 500,
      limits: gateway,
    });
  const spending = async (): Promise<unknown> =>
    (await get().reader.readSpending({ scopes: ['gateway'] }))[0];

  it.each(['failed', 'aborted', 'interrupted', 'stopped'] as const)(
    'counts it in the transaction by which the run is %s, and gives back only the rest',
    async (end) => {
      const { begin, journal, say, draft } = get();
      const run = await begin();
      const { runId, fence, sessionId } = run;
      await reserve(run);
      const words = { cut: stepCut(40), closing: [] };
      const error = { code: 'internal', message: '' };
      if (end === 'failed') {
        const input = { runId, fence, error, cut: words.cut, notice: [draft()] };
        await Promise.all([journal.failRun(input), journal.failRun(input)]);
      }
      if (end === 'aborted')
        await journal.abortRun({ sessionId, by: 'user', cancelQueued: true, ...words });
      if (end === 'interrupted') {
        await say({ mode: 'interrupt' });
        await journal.interruptRun({ sessionId, fence: 'another', ...words });
      }
      if (end === 'stopped') {
        const verdict = { kind: 'control', text: '/stop' } as const;
        const { inboundId } = await say({ text: '/stop', verdict });
        await journal.settleCommand({ inboundId, reply: 'ok', outbound: [], stop: words });
      }
      expect(await spending()).toMatchObject({ spentMicros: 40, reservedMicros: 0 });
      await journal.countCut({ runId, ...stepCut(99) });
      expect(await counted()).toEqual({ calls: 1, cut: 1, cost: 40 });
      expect(await get().reader.listUncounted({ limit: 10 })).toEqual([]);
    },
  );

  it('counts each attempt once, with the restart or the answer that follows it', async () => {
    const { begin, journal, record, complete } = get();
    const run = await begin();
    const { runId, fence } = run;
    await journal.restartStep({ runId, fence, step: 1, cut: [cut(20), cut(5)] });
    await journal.countCut({ runId, fence, ...stepCut(99) });
    const last = { ...record(run, 1), cut: [cut(30)] };
    await complete(run, { last });
    await complete(run, { last });
    await journal.countCut({ runId, ...stepCut(99, 2) });
    expect(await counted()).toEqual({ calls: 4, cut: 3, cost: 62 });
  });

  it('tells estimates apart, and calls without a known price', async () => {
    const { begin, journal, reader, now } = get();
    const { runId, fence } = await begin();
    const calls = [
      cut(1, { isEstimated: true, personId: 'person-1' }),
      cut(2),
      { ...cut(0), costMicros: undefined },
    ];
    await journal.restartStep({ runId, fence, step: 1, cut: calls });
    const sums = { calls: 3, cutCalls: 3, estimatedCalls: 1, unpricedCalls: 1, costMicros: 3 };
    expect(await reader.usageBy({ since: now(), by: 'agent', limit: 10 })).toMatchObject([sums]);
    expect(await reader.usage({ since: now() })).toMatchObject([sums]);
    expect(await reader.usageBy({ since: now(), by: 'person', limit: 10 })).toMatchObject([
      { key: '', costMicros: 2 },
      { key: 'person-1', costMicros: 1 },
    ]);
  });

  it('names the attempts of an earlier life with what they were seen to say, until they are counted', async () => {
    const world = get();
    const first = await world.begin({ text: 'hello', principal: 'person-1' });
    expect(first.open?.hasUncounted).toBeUndefined();
    const { runId, sessionId, agentId, sessionKey, generation } = first;
    const delta = { runId, fence: first.fence, step: 1, attempt: 1 };
    await world.journal.appendDelta({ ...delta, offset: 0, text: 'Once ' });
    await world.journal.appendDelta({ ...delta, offset: 5, text: 'upon' });
    expect(await world.reader.listUncounted({ runId })).toEqual([]);
    await world.reopen();
    const second = await world.claim(sessionId);
    expect(second.open).toMatchObject({ attempt: 2, hasUncounted: true });
    const lost = {
      runId,
      sessionId,
      sessionKey,
      agentId,
      generation,
      personId: 'person-1',
      step: 1,
      uptoSeq: 1,
    };
    expect(await world.reader.listUncounted({ runId })).toMatchObject([
      { ...lost, attempts: [{ attempt: 1, said: 'Once upon' }] },
    ]);
    await world.reopen();
    const third = await world.claim(sessionId);
    expect(await world.reader.listUncounted({ runId })).toMatchObject([
      { ...lost, attempts: [{ attempt: 1 }, { attempt: 2, said: '' }] },
    ]);
    const both = { step: 1, attempt: 2, calls: [cut(3), cut(4)] };
    expect(await codeOf(world.journal.countCut({ runId, ...both }))).toBe('run.fence-lost');
    await world.journal.countCut({ runId, fence: third.fence, ...both });
    await world.journal.countCut({ runId, fence: third.fence, ...both });
    expect(await world.reader.listUncounted({ runId })).toEqual([]);
    await world.reopen();
    expect((await world.claim(sessionId)).open).toMatchObject({ attempt: 4, hasUncounted: true });
    expect(await counted()).toEqual({ calls: 2, cut: 2, cost: 7 });
  });

  it('leaves what nobody knew at the end of a run to be counted later, also in another life', async () => {
    const world = get();
    const { runId, sessionId } = await world.begin();
    const partial = {
      role: 'assistant' as const,
      parts: [{ type: 'text' as const, text: 'Half' }],
    };
    const closing = { partial, closing: [] };
    await world.journal.abortRun({ sessionId, by: 'user', cancelQueued: true, ...closing });
    await world.reopen();
    expect(await world.reader.listUncounted({ limit: 10 })).toMatchObject([
      { runId, attempts: [{ attempt: 1, said: 'Half' }] },
    ]);
    await world.journal.countCut({ runId, ...stepCut(8) });
    await world.journal.countCut({ runId, ...stepCut(8) });
    expect(await world.reader.listUncounted({ limit: 10 })).toEqual([]);
    expect(await counted()).toEqual({ calls: 1, cut: 1, cost: 8 });
  });

  it('keeps what was told for one run from another that was ended in its place', async () => {
    const { begin, journal, reader } = get();
    const { runId, sessionId } = await begin();
    const words = { saidBy: 'another', cut: stepCut(9), closing: [] };
    await journal.abortRun({ sessionId, by: 'user', cancelQueued: true, ...words });
    expect(await counted()).toEqual({ calls: 0, cut: 0, cost: 0 });
    expect(await reader.listUncounted({ limit: 10 })).toMatchObject([{ runId }]);
  });

  it('counts nothing for a run that waited with an open step', async () => {
    const world = get();
    const { runId, fence, sessionId } = await world.begin();
    const reason = { kind: 'backoff', ref: 'account:1' } as const;
    await world.journal.parkRun({ runId, fence, reason, resumeAt: world.now(), approvals: [] });
    const resumed = await world.claim(sessionId);
    expect(resumed.open).toMatchObject({ attempt: 2 });
    expect(resumed.open?.hasUncounted).toBeUndefined();
  });

  it('does not know the run of nobody', async () => {
    expect(await codeOf(get().journal.countCut({ runId: 'none', ...stepCut(1) }))).toBe(
      'run.not-found',
    );
  });
}
