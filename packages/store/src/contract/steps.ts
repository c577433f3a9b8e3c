import { expect, it } from 'vitest';
import { answerOf, callingOf, callOf, codeOf, resultOf, type World } from './world.ts';

export function describeSteps(get: () => World): void {
  it('stores an answer with its calls and usage, once', async () => {
    const { begin, record, journal, reader, now } = get();
    const run = await begin();
    const calls = [callOf(0), callOf(1, { effect: 'keyed', gated: true })];
    const first = await journal.recordStep(record(run, 1, { calls }));
    expect(first.events.map(({ kind, ref }) => [kind, ref])).toEqual([['step.end', { step: 1 }]]);
    const again = await journal.recordStep(record(run, 1, { calls }));
    expect(again.events).toEqual([]);
    const stored = await reader.findRun(run.runId);
    expect(stored?.steps).toMatchObject([
      {
        step: 1,
        state: 'done',
        attempt: 1,
        uptoSeq: 1,
        answer: callingOf(calls),
        finish: 'tool-calls',
        usage: { inputTokens: 10, outputTokens: 5 },
        calls: [
          {
            index: 0,
            callId: 'call-0',
            tool: 'look',
            input: { at: 0 },
            effect: 'pure',
            state: 'planned',
            attempt: 0,
            gated: false,
          },
          { index: 1, effect: 'keyed', gated: true, planHash: 'hash-1' },
        ],
      },
    ]);
    expect(await reader.usage({ since: now() })).toMatchObject([
      { provider: 'local', model: 'm1', agentId: 'main', calls: 1, costMicros: 7 },
    ]);
  });

  it('opens the next step when all calls are terminal, their results in order of index', async () => {
    const { begin, record, journal, reader } = get();
    const run = await begin();
    const { runId, fence, sessionId } = run;
    await journal.recordStep(record(run, 1, { calls: [callOf(0), callOf(1)] }));
    await journal.startCalls({
      runId,
      fence,
      step: 1,
      calls: [
        { index: 1, deadline: 9 },
        { index: 0, deadline: 9 },
      ],
    });
    const end = { runId, fence, step: 1, state: 'done' as const, taint: [], outbound: [] };
    await journal.finishCall({ ...end, index: 1, result: resultOf('call-1') });
    expect(await codeOf(journal.openStep({ runId, fence, step: 2 }))).toBe('request.invalid');
    await journal.finishCall({ ...end, index: 0, result: resultOf('call-0') });
    const opened = await journal.openStep({ runId, fence, step: 2 });
    expect(opened).toMatchObject({ step: 2, attempt: 1, uptoSeq: 3, bound: [] });
    const entries = await reader.readTranscript({
      sessionId,
      generation: 1,
      afterSeq: 0,
      uptoSeq: 3,
      limit: 10,
    });
    expect(entries.map(({ seq, messages }) => [seq, messages[0]?.role])).toEqual([
      [1, 'user'],
      [2, 'assistant'],
      [3, 'tool'],
    ]);
    expect(entries[2]?.messages).toEqual([
      { role: 'tool', parts: [resultOf('call-0'), resultOf('call-1')] },
    ]);
  });

  it('opens no step out of order', async () => {
    const { begin, record, journal } = get();
    const run = await begin();
    const { runId, fence } = run;
    expect(await codeOf(journal.openStep({ runId, fence, step: 2 }))).toBe('request.invalid');
    await journal.recordStep(record(run, 1));
    expect(await codeOf(journal.openStep({ runId, fence, step: 3 }))).toBe('request.invalid');
    expect(await journal.openStep({ runId, fence, step: 2 })).toMatchObject({ step: 2 });
  });

  it('uses exactly the first boundary when the same step is opened again', async () => {
    const { begin, record, journal, say } = get();
    const run = await begin();
    const { runId, fence } = run;
    await journal.recordStep(record(run, 1));
    const steering = await say({ mode: 'steer', text: 'also this' });
    const first = await journal.openStep({ runId, fence, step: 2 });
    await say({ mode: 'steer', text: 'and that' });
    const again = await journal.openStep({ runId, fence, step: 2 });
    expect(again).toEqual({ ...first, events: [] });
    expect(again?.bound.map(({ inboundId }) => inboundId)).toEqual([steering.inboundId]);
  });

  it('binds every steering row of the same place, sender and trust, and no other', async () => {
    const { begin, record, journal, say, reader } = get();
    const run = await begin();
    const { runId, fence, sessionId } = run;
    const mode = 'steer';
    await journal.recordStep(record(run, 1));
    await say({ mode: 'followup', text: 'later' });
    const one = await say({ mode, text: 'one', taint: ['web'] });
    await say({ mode, principal: 'person-2' });
    await say({ mode, place: 'chat-2' });
    await say({ mode, trust: 'guest' });
    const two = await say({ mode, text: 'two' });
    const opened = await journal.openStep({ runId, fence, step: 2 });
    expect(opened?.bound.map(({ inboundId }) => inboundId)).toEqual([one.inboundId, two.inboundId]);
    expect(opened?.uptoSeq).toBe(4);
    expect((await reader.readHistory({ sessionId, limit: 10 })).queued).toHaveLength(4);
    expect((await reader.findRun(runId))?.inbounds).toEqual([runId, one.inboundId, two.inboundId]);
    expect(await reader.findInbound(two)).toMatchObject({ state: 'bound', runId });
  });

  it('opens nothing when it is only wanted if somebody steered', async () => {
    const { begin, record, journal, say } = get();
    const run = await begin();
    const ask = { runId: run.runId, fence: run.fence, step: 2, onlyIfSteered: true };
    await journal.recordStep(record(run, 1));
    expect(await journal.openStep(ask)).toBeUndefined();
    await say({ mode: 'steer' });
    expect(await journal.openStep(ask)).toMatchObject({ step: 2, uptoSeq: 3 });
  });

  it('calls the model again with the same boundary', async () => {
    const { begin, journal } = get();
    const run = await begin();
    const ask = { runId: run.runId, fence: run.fence, step: 1 };
    const { attempt, events } = await journal.restartStep(ask);
    expect(attempt).toBe(2);
    expect(events).toMatchObject([{ kind: 'step.restart', ref: { step: 1, attempt: 2 } }]);
    expect(await codeOf(journal.restartStep({ ...ask, step: 2 }))).toBe('request.invalid');
  });

  it('keeps shown text of the present attempt, up to a gap', async () => {
    const { begin, journal, reader, record } = get();
    const run = await begin();
    const { runId, fence } = run;
    const delta = { runId, fence, step: 1, attempt: 1 };
    await journal.appendDelta({ ...delta, offset: 0, text: 'Good ' });
    await journal.appendDelta({ ...delta, offset: 5, text: 'day' });
    await journal.appendDelta({ ...delta, offset: 5, text: 'day' });
    await journal.appendDelta({ ...delta, offset: 20, text: 'lost' });
    expect(await reader.readOpenText(runId)).toEqual({ step: 1, attempt: 1, text: 'Good day' });
    await journal.restartStep({ runId, fence, step: 1 });
    await journal.appendDelta({ ...delta, offset: 8, text: '!' });
    expect(await reader.readOpenText(runId)).toEqual({ step: 1, attempt: 2, text: '' });
    await journal.recordStep(record(run, 1));
    await journal.appendDelta({ ...delta, attempt: 2, offset: 0, text: 'late' });
    expect(await reader.readOpenText(runId)).toBeUndefined();
  });

  it('lets nobody write under another fence', async () => {
    const { begin, journal, record, draft } = get();
    const run = await begin();
    const { runId } = run;
    const fence = 'another';
    const end = { state: 'done' as const, taint: [], outbound: [] };
    const wrong: readonly Promise<unknown>[] = [
      journal.recordStep(record(run, 1, { fence })),
      journal.openStep({ runId, fence, step: 2 }),
      journal.restartStep({ runId, fence, step: 1 }),
      journal.startCalls({ runId, fence, step: 1, calls: [] }),
      journal.finishCall({ runId, fence, step: 1, index: 0, result: resultOf('x'), ...end }),
      journal.appendDelta({ runId, fence, step: 1, attempt: 1, offset: 0, text: 'x' }),
      journal.parkRun({ runId, fence, reason: { kind: 'backoff', ref: 'x' }, approvals: [] }),
      journal.completeRun({ runId, fence, last: undefined, finish: 'stop', outbound: [] }),
      journal.failRun({ runId, fence, error: { code: 'x', message: 'x' }, notice: [draft()] }),
      journal.openBubble({ runId, fence, draft: draft({ kind: 'open' }) }),
    ];
    expect(await Promise.all(wrong.map(codeOf))).toEqual(wrong.map(() => 'run.fence-lost'));
    expect(await codeOf(journal.restartStep({ runId: 'none', fence, step: 1 }))).toBe(
      'run.not-found',
    );
  });

  it('records nothing for a step that is not open', async () => {
    const { begin, journal, record } = get();
    const run = await begin();
    expect(await codeOf(journal.recordStep(record(run, 2)))).toBe('request.invalid');
  });

  it('adds up usage by day, model and session', async () => {
    const { begin, complete, reader, now, advance } = get();
    const first = await begin({ session: 'a' });
    await complete(first);
    await complete(await begin({ session: 'a' }));
    await complete(await begin({ session: 'b' }));
    const sum = { calls: 3, costMicros: 21, usage: { inputTokens: 30, outputTokens: 15 } };
    expect(await reader.usage({ since: now() })).toMatchObject([sum]);
    expect(await reader.usage({ since: now(), sessionId: first.sessionId })).toMatchObject([
      { calls: 2 },
    ]);
    advance(2 * 86_400_000);
    expect(await reader.usage({ since: now() })).toEqual([]);
  });

  it('keeps answers that hold the opaque blocks of a provider', async () => {
    const { begin, complete, record, reader } = get();
    const run = await begin();
    const answer = {
      ...answerOf('thought about it'),
      origin: { dialect: 'anthropic', provider: 'claude', model: 'm' },
      parts: [
        { type: 'thinking' as const, text: 'hm', signature: 'sig==' },
        { type: 'text' as const, text: 'thought about it' },
      ],
    };
    await complete(run, { last: { ...record(run, 1), answer } });
    const [, entry] = await reader.readTranscript({ ...run, afterSeq: 0, uptoSeq: 9, limit: 9 });
    expect(entry).toMatchObject({ step: 1, runId: run.runId, messages: [answer] });
  });
}
