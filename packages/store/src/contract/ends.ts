import type { ClaimedRun, OutboundDraft } from '@cuttle/core-types/ports';
import { expect, it } from 'vitest';
import { answerOf, callOf, codeOf, resultOf, type World } from './world.ts';

const failure = { code: 'provider.network', message: 'It could not be reached.' };

export function describeEnds(get: () => World): void {
  const final = (run: ClaimedRun, more: Partial<OutboundDraft> = {}): OutboundDraft =>
    get().draft({ origin: `${run.runId}:final`, ...more });

  describeCompletion(get, final);
  describeBubbles(get, final);
  describeFailure(get, final);
}

type Final = (run: ClaimedRun, more?: Partial<OutboundDraft>) => OutboundDraft;

function describeCompletion(get: () => World, final: Final): void {
  it('completes a run: last step, outbound rows, fates and one end', async () => {
    const { begin, complete, reader, now } = get();
    const run = await begin();
    const { runId } = run;
    const result = await complete(run, {
      text: 'all of it',
      outbound: [final(run), final(run, { part: 1 })],
    });
    expect(result).toMatchObject({ kind: 'completed', inbounds: [runId] });
    expect(result.events.map(({ kind }) => kind)).toEqual(['step.end', 'run.end']);
    expect(result.conversations).toEqual([run.conversationId]);
    expect(await reader.findInbound({ inboundId: runId })).toMatchObject({ state: 'answered' });
    expect(await reader.findRun(runId)).toMatchObject({
      state: 'completed',
      outcome: { status: 'completed', finish: 'stop' },
      endedAt: now(),
      inbounds: [runId],
      steps: [{ state: 'done', answer: answerOf('all of it') }],
    });
    expect((await reader.counts()).undelivered).toBe(2);
  });

  it('answers the same completion asked again, and lets nothing follow it', async () => {
    const { begin, complete, journal, reader, draft } = get();
    const run = await begin();
    const outbound = [final(run)];
    await complete(run, { outbound });
    const again = await complete(run, { outbound });
    expect(again).toEqual({
      kind: 'completed',
      queued: 0,
      events: [],
      conversations: [],
      inbounds: [run.runId],
    });
    expect((await reader.counts()).undelivered).toBe(1);
    const { runId, fence } = run;
    const late = journal.failRun({ runId, fence, error: failure, notice: [draft()] });
    expect(await codeOf(late)).toBe('run.fence-lost');
  });

  it('records only the step where somebody steered meanwhile', async () => {
    const { begin, complete, say, journal, reader, tryClaim } = get();
    const run = await begin();
    const { runId, fence } = run;
    const steering = await say({ mode: 'steer', text: 'wait' });
    const result = await complete(run, { text: 'too early', outbound: [final(run)] });
    expect(result).toMatchObject({ kind: 'steered', conversations: [] });
    expect(result.events.map(({ kind }) => kind)).toEqual(['step.end']);
    expect(await reader.findRun(runId)).toMatchObject({ state: 'leased' });
    expect(await tryClaim(run.sessionId)).toBeUndefined();
    const opened = await journal.openStep({ runId, fence, step: 2 });
    expect(opened?.bound.map(({ inboundId }) => inboundId)).toEqual([steering.inboundId]);
    if (!opened) throw new Error('The step is not opened.');
    const end = await complete({ ...run, open: opened }, { text: 'now' });
    expect(end).toMatchObject({ kind: 'completed', inbounds: [runId, steering.inboundId] });
  });

  it('is not held up by a row that may not steer it', async () => {
    const { begin, complete, say, now, advance } = get();
    const run = await begin();
    await say({ mode: 'followup' });
    await say({ mode: 'steer', principal: 'person-2' });
    await say({ mode: 'steer', expiresAt: now() + 1 });
    advance(10);
    expect(await complete(run)).toMatchObject({ kind: 'completed', queued: 2 });
  });

  it('keeps why nothing was said', async () => {
    const { begin, complete, reader } = get();
    const run = await begin();
    await complete(run, { text: '', silent: 'run.silent' });
    expect(await reader.findInbound({ inboundId: run.runId })).toMatchObject({
      state: 'answered',
      reason: 'run.silent',
    });
  });

  it('completes no run with an open step, an open call or calls to come', async () => {
    const { begin, complete, record, journal } = get();
    const run = await begin();
    const calls = [callOf(0)];
    expect(await codeOf(complete(run, { last: 'none' }))).toBe('request.invalid');
    expect(await codeOf(complete(run, { last: record(run, 1, { calls }) }))).toBe(
      'request.invalid',
    );
    await journal.recordStep(record(run, 1, { calls }));
    expect(await codeOf(complete(run, { last: 'none' }))).toBe('request.invalid');
  });

  it('brings the results of the last calls into the transcript of a run that ends after them', async () => {
    const { begin, complete, record, journal, reader } = get();
    const run = await begin();
    const { runId, fence } = run;
    await journal.recordStep(record(run, 1, { calls: [callOf(0)] }));
    const end = { runId, fence, step: 1, index: 0, taint: [], outbound: [] };
    await journal.finishCall({ ...end, state: 'failed', result: resultOf('call-0') });
    expect(await complete(run, { last: 'none' })).toMatchObject({ kind: 'completed' });
    const entries = await reader.readTranscript({ ...run, afterSeq: 0, uptoSeq: 9, limit: 9 });
    expect(entries.at(-1)?.messages).toEqual([{ role: 'tool', parts: [resultOf('call-0')] }]);
  });

  it('is heard of by the next claim alone', async () => {
    const { begin, complete, say, claim } = get();
    const run = await begin();
    const next = await say();
    await complete(run);
    expect((await claim(run.sessionId)).runId).toBe(next.inboundId);
  });
}

function describeBubbles(get: () => World, final: Final): void {
  const opening = async (run: ClaimedRun): Promise<string | undefined> => {
    const { runId, fence } = run;
    const draft = final(run, { kind: 'open' });
    return (await get().journal.openBubble({ runId, fence, draft }))?.outboundId;
  };

  it('opens one bubble per run, where nothing earlier is undelivered', async () => {
    const { begin, deliver, conversationId, journal } = get();
    const run = await begin();
    const { runId, fence } = run;
    const draft = final(run, { kind: 'open' });
    const first = await journal.openBubble({ runId, fence, draft });
    expect(first).toEqual({ outboundId: draft.outboundId });
    expect(await journal.openBubble({ runId, fence, draft })).toEqual(first);
    expect(await opening(run)).toBeUndefined();
    const delivery = await deliver(conversationId(run));
    expect(delivery).toMatchObject({ kind: 'open', outboundId: draft.outboundId });
    const other = await begin({ session: 'other' });
    expect(await opening(other)).toBeDefined();
  });

  it('opens no bubble behind an undelivered row', async () => {
    const { begin, journal, draft } = get();
    const run = await begin();
    await journal.prepareOutbound({ drafts: [draft()] });
    expect(await opening(run)).toBeUndefined();
  });

  it('makes the first part an edit of the bubble that was sent, further parts are sent', async () => {
    const { begin, complete, deliver, conversationId, send } = get();
    const run = await begin();
    const bubbleId = await opening(run);
    await deliver(conversationId(run), 'platform-1');
    await complete(run, { outbound: [final(run), final(run, { part: 1 })] });
    const edit = await send(conversationId(run));
    expect(edit).toMatchObject({ kind: 'edit', receipt: { messageId: 'platform-1' } });
    expect(edit.outboundId).not.toBe(bubbleId);
    const { outboundId, fence } = edit;
    const receipt = { messageId: 'platform-1' };
    await get().journal.settleDelivery({ outboundId, fence, outcome: { kind: 'sent', receipt } });
    const answer = await send(conversationId(run));
    expect([answer.kind, answer.receipt]).toEqual(['send', undefined]);
  });

  it('withdraws a bubble that was never sent', async () => {
    const { begin, complete, send, conversationId, reader } = get();
    const run = await begin();
    const bubbleId = (await opening(run)) ?? '';
    await complete(run, { outbound: [final(run)] });
    expect(await reader.findOutbound(bubbleId)).toMatchObject({ state: 'withdrawn' });
    const answer = await send(conversationId(run));
    expect([answer.kind, answer.receipt]).toEqual(['send', undefined]);
  });

  it('edits a bubble whose sending is still under way, after it', async () => {
    const { begin, complete, send, conversationId, claimDelivery, journal } = get();
    const run = await begin();
    await opening(run);
    const { outboundId, fence } = await send(conversationId(run));
    await complete(run, { outbound: [final(run)] });
    expect(await claimDelivery(conversationId(run))).toMatchObject({ kind: 'wait' });
    const receipt = { messageId: 'm' };
    await journal.settleDelivery({ outboundId, fence, outcome: { kind: 'sent', receipt } });
    expect(await send(conversationId(run))).toMatchObject({ kind: 'edit', receipt });
  });

  it('deletes a bubble that has no part of the answer', async () => {
    const { begin, complete, deliver, conversationId, send } = get();
    const run = await begin();
    await opening(run);
    await deliver(conversationId(run), 'platform-1');
    await complete(run, { text: '', silent: 'run.silent' });
    expect(await send(conversationId(run))).toMatchObject({
      kind: 'delete',
      receipt: { messageId: 'platform-1' },
    });
  });

  it('sends the answer anew where the bubble never came to be', async () => {
    const { begin, complete, send, conversationId, journal } = get();
    const run = await begin();
    await opening(run);
    const { outboundId, fence } = await send(conversationId(run));
    const outcome = { kind: 'dead', reason: 'channel.invalid', rest: false } as const;
    await journal.settleDelivery({ outboundId, fence, outcome });
    await complete(run, { outbound: [final(run)] });
    const answer = await send(conversationId(run));
    expect([answer.kind, answer.receipt]).toEqual(['send', undefined]);
  });

  it('puts the notice of a failure into the bubble', async () => {
    const { begin, deliver, conversationId, send, journal } = get();
    const run = await begin();
    await opening(run);
    await deliver(conversationId(run), 'platform-1');
    const { runId, fence } = run;
    await journal.failRun({ runId, fence, error: failure, notice: [final(run)] });
    expect(await send(conversationId(run))).toMatchObject({
      kind: 'edit',
      receipt: { messageId: 'platform-1' },
    });
  });
}

function describeFailure(get: () => World, final: Final): void {
  it('fails a run: step aborted, calls closed, inbounds failed and told', async () => {
    const { begin, journal, reader, record } = get();
    const run = await begin();
    const { runId, fence } = run;
    await journal.recordStep(
      record(run, 1, { calls: [callOf(0), callOf(1), callOf(2)], text: 'let me see' }),
    );
    await journal.startCalls({ runId, fence, step: 1, calls: [{ index: 1, deadline: 1 }] });
    const end = { runId, fence, step: 1, index: 2, taint: [], outbound: [] };
    await journal.finishCall({ ...end, state: 'failed', result: resultOf('call-2') });
    const notice = final(run);
    const settled = await journal.failRun({ runId, fence, error: failure, notice: [notice] });
    expect(settled.inbounds).toEqual([runId]);
    expect(settled.events.map(({ kind }) => kind)).toEqual([
      'tool.call',
      'tool.result',
      'tool.result',
      'run.end',
    ]);
    expect(await reader.findInbound({ inboundId: runId })).toMatchObject({
      state: 'failed',
      reason: 'provider.network',
    });
    const stored = await reader.findRun(runId);
    expect(stored).toMatchObject({
      state: 'failed',
      outcome: { status: 'failed', error: failure },
    });
    expect(stored?.steps[0]?.calls.map(({ state }) => state)).toEqual([
      'cancelled',
      'unknown',
      'failed',
    ]);
    const entries = await reader.readTranscript({ ...run, afterSeq: 0, uptoSeq: 9, limit: 9 });
    expect(entries.at(-1)?.messages).toMatchObject([
      {
        role: 'tool',
        parts: [
          { callId: 'call-0', ok: false },
          { callId: 'call-1', ok: false },
          { callId: 'call-2', ok: true },
        ],
      },
    ]);
    const again = await journal.failRun({ runId, fence, error: failure, notice: [notice] });
    expect(again).toEqual({ events: [], conversations: [], inbounds: [runId] });
  });

  it('drops what an open step had said', async () => {
    const { begin, journal, reader } = get();
    const run = await begin({ route: 'pull' });
    const { runId, fence } = run;
    await journal.failRun({ runId, fence, error: failure, notice: [] });
    expect(await reader.findRun(runId)).toMatchObject({ steps: [{ state: 'aborted' }] });
    const entries = await reader.readTranscript({ ...run, afterSeq: 0, uptoSeq: 9, limit: 9 });
    expect(entries).toHaveLength(1);
  });

  it('fails nobody of a messenger without a word', async () => {
    const { begin, journal, reader } = get();
    const { runId, fence } = await begin();
    const silent = journal.failRun({ runId, fence, error: failure, notice: [] });
    expect(await codeOf(silent)).toBe('request.invalid');
    expect(await reader.findRun(runId)).toMatchObject({ state: 'leased' });
  });
}
