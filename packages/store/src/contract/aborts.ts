import type { ClaimedRun, OutboundDraft } from '@cuttle/core-types/ports';
import { expect, it } from 'vitest';
import { answerOf, callingOf, callOf, codeOf, resultOf, type World } from './world.ts';

export function describeAborts(get: () => World): void {
  const final = (run: ClaimedRun, more: Partial<OutboundDraft> = {}): OutboundDraft =>
    get().draft({ origin: `${run.runId}:final`, ...more });

  describeAbort(get, final);
  describeLastWords(get);
}

type Final = (run: ClaimedRun, more?: Partial<OutboundDraft>) => OutboundDraft;

function describeAbort(get: () => World, final: Final): void {
  it('stops a run in the middle of its answer, keeping what was shown', async () => {
    const { begin, journal, reader, say } = get();
    const run = await begin();
    const { runId, sessionId } = run;
    const waiting = await say();
    const result = await journal.abortRun({
      sessionId,
      by: 'user',
      partial: answerOf('The first half'),
      cancelQueued: false,
      closing: [],
    });
    expect(result).toMatchObject({ kind: 'aborted', runId, inbounds: [runId] });
    expect(result.events.map(({ kind }) => kind)).toEqual(['run.end']);
    expect(await reader.findRun(runId)).toMatchObject({
      state: 'aborted',
      outcome: { status: 'aborted', by: 'user' },
      steps: [{ state: 'aborted', answer: { ...answerOf('The first half'), partial: true } }],
    });
    expect(await reader.findInbound({ inboundId: runId })).toMatchObject({
      state: 'cancelled',
      reason: 'stopped',
    });
    expect(await reader.findInbound(waiting)).toMatchObject({ state: 'queued' });
    const entries = await reader.readTranscript({ ...run, afterSeq: 0, uptoSeq: 9, limit: 9 });
    expect(entries.map(({ messages }) => messages[0])).toMatchObject([
      { role: 'user' },
      { role: 'assistant', partial: true },
    ]);
  });

  it('leaves a transcript in which each call has its one result, in order', async () => {
    const { begin, journal, reader, record } = get();
    const run = await begin();
    const { runId, fence, sessionId } = run;
    const calls = [callOf(0), callOf(1), callOf(2)];
    await journal.recordStep(record(run, 1, { calls }));
    await journal.startCalls({ runId, fence, step: 1, calls: [{ index: 2, deadline: 1 }] });
    await journal.abortRun({ sessionId, by: 'user', cancelQueued: false, closing: [] });
    const entries = await reader.readTranscript({ ...run, afterSeq: 0, uptoSeq: 9, limit: 9 });
    expect(entries.flatMap(({ messages }) => messages)).toMatchObject([
      { role: 'user' },
      callingOf(calls),
      { role: 'tool', parts: calls.map(({ callId }) => ({ callId, ok: false })) },
    ]);
    const late = { runId, fence, step: 1, index: 2, taint: [], outbound: [] };
    const write = journal.finishCall({ ...late, state: 'done', result: resultOf('call-2') });
    expect(await codeOf(write)).toBe('run.fence-lost');
  });

  it('keeps no call of a cut answer, for it would have no result', async () => {
    const { begin, journal, reader } = get();
    const run = await begin();
    const partial = callingOf([callOf(0)], 'I will look');
    const { sessionId } = run;
    await journal.abortRun({ sessionId, by: 'user', partial, cancelQueued: false, closing: [] });
    const [, entry] = await reader.readTranscript({ ...run, afterSeq: 0, uptoSeq: 9, limit: 9 });
    expect(entry?.messages).toEqual([{ ...answerOf('I will look'), partial: true }]);
  });

  it('cancels the queue with it where that is wanted, also when nothing runs', async () => {
    const { say, begin, journal, reader } = get();
    const run = await begin();
    const { sessionId } = run;
    const waiting = await say();
    const stop = { sessionId, by: 'operator' as const, cancelQueued: true, closing: [] };
    expect(await journal.abortRun(stop)).toMatchObject({
      kind: 'aborted',
      inbounds: [run.runId, waiting.inboundId],
    });
    const late = await say();
    const none = await journal.abortRun(stop);
    expect(none).toMatchObject({ kind: 'none', inbounds: [late.inboundId] });
    expect(none.events).toMatchObject([
      {
        kind: 'inbound',
        ref: { inboundId: late.inboundId, detail: { state: 'cancelled', reason: 'stopped' } },
      },
    ]);
    expect((await reader.counts()).queued).toBe(0);
  });

  it('stops only the run that is named', async () => {
    const { begin, journal, reader } = get();
    const { runId, sessionId } = await begin();
    const stop = { by: 'user' as const, cancelQueued: false, closing: [] };
    const other = await journal.abortRun({ ...stop, sessionId, runId: 'another' });
    expect(other).toMatchObject({ kind: 'none' });
    expect(await journal.abortRun({ ...stop, sessionId: 'unknown' })).toMatchObject({
      kind: 'none',
    });
    expect(await reader.findRun(runId)).toMatchObject({ state: 'leased' });
    expect(await journal.abortRun({ ...stop, sessionId, runId })).toMatchObject({ runId });
  });

  it('closes the bubble and its approvals', async () => {
    const { begin, journal, reader, deliver, send, conversationId, draft } = get();
    const run = await begin();
    const { runId, fence, sessionId } = run;
    const open = draft({ origin: `${runId}:final`, kind: 'open' });
    await journal.openBubble({ runId, fence, draft: open });
    await deliver(conversationId(run), 'platform-1');
    await journal.abortRun({ sessionId, by: 'user', cancelQueued: false, closing: [final(run)] });
    expect(await send(conversationId(run))).toMatchObject({
      kind: 'edit',
      receipt: { messageId: 'platform-1' },
    });
    expect((await reader.counts()).running).toBe(0);
  });
}

function describeLastWords(get: () => World): void {
  it('drops what a run said that has ended meanwhile, whichever is ended in its place', async () => {
    const { begin, complete, journal, reader, say, tryClaim, draft, newId } = get();
    const old = await begin({ text: 'one' });
    const { sessionId } = old;
    await complete(old);
    const words = () => ({
      saidBy: old.runId,
      partial: answerOf('of the old run'),
      closing: [draft({ origin: `${old.runId}:late` })],
    });
    const stopped = await begin({ text: 'two' });
    await journal.abortRun({ sessionId, by: 'user', cancelQueued: false, ...words() });
    const interrupted = await begin({ text: 'three' });
    await say({ mode: 'interrupt', text: 'four' });
    await journal.interruptRun({ sessionId, fence: newId(), ...words() });
    const { inboundId } = await say({ verdict: { kind: 'control' }, text: '/stop' });
    const settled = await journal.settleCommand({
      inboundId,
      reply: 'ok',
      outbound: [],
      stop: words(),
    });
    expect(settled.conversations).toEqual([]);
    for (const { runId } of [stopped, interrupted]) {
      const run = await reader.findRun(runId);
      expect(run).toMatchObject({ state: 'aborted', steps: [{ state: 'aborted' }] });
      expect(run?.steps[0]?.answer).toBeUndefined();
    }
    expect((await reader.counts()).undelivered).toBe(0);
    expect(await tryClaim(sessionId)).toBeUndefined();
  });
}
