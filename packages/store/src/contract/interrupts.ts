import { expect, it } from 'vitest';
import { answerOf, codeOf, type World } from './world.ts';

export function describeInterrupts(get: () => World): void {
  const interrupt = (sessionId: string): ReturnType<World['journal']['interruptRun']> =>
    get().journal.interruptRun({
      sessionId,
      fence: get().newId(),
      partial: answerOf('I was say'),
      closing: [],
    });

  it('ends the run and starts another with its inputs and the new message', async () => {
    const { begin, say, reader, journal, complete } = get();
    const old = await begin({ text: 'one', taint: ['web'] });
    const { sessionId } = old;
    const waiting = await say({ text: 'later' });
    const { inboundId } = await say({ mode: 'interrupt', text: 'no, two' });
    const result = await interrupt(sessionId);
    expect(result).toMatchObject({
      aborted: old.runId,
      run: {
        runId: inboundId,
        taint: ['web'],
        inputs: [{ inboundId: old.runId }, { inboundId }],
        open: { step: 1, attempt: 1, uptoSeq: 3 },
      },
    });
    expect(result?.run.events.map(({ kind }) => kind)).toEqual([
      'run.end',
      'run.start',
      'step.start',
    ]);
    expect(await reader.findInbound({ inboundId: old.runId })).toMatchObject({
      state: 'bound',
      runId: inboundId,
    });
    expect(await reader.findInbound(waiting)).toMatchObject({ state: 'queued' });
    const late = journal.restartStep({ runId: old.runId, fence: old.fence, step: 1 });
    expect(await codeOf(late)).toBe('run.fence-lost');
    if (!result) return;
    expect(await complete(result.run)).toMatchObject({ inbounds: [old.runId, inboundId] });
    const entries = await reader.readTranscript({ ...old, afterSeq: 0, uptoSeq: 9, limit: 9 });
    expect(entries.map(({ messages }) => messages[0]?.role)).toEqual([
      'user',
      'assistant',
      'user',
      'assistant',
    ]);
  });

  it('takes along what was to steer the old run, ahead of what interrupts', async () => {
    const { begin, say } = get();
    const { runId, sessionId } = await begin({ text: 'one' });
    const steering = await say({ mode: 'steer', text: 'two', taint: ['web'] });
    await say({ mode: 'steer', text: 'of somebody else', principal: 'person-2' });
    const { inboundId } = await say({ mode: 'interrupt', text: 'three' });
    await say({ mode: 'steer', text: 'four' });
    const result = await interrupt(sessionId);
    expect(result?.run).toMatchObject({
      runId: inboundId,
      taint: ['web'],
      inputs: [{ inboundId: runId }, { inboundId: steering.inboundId }, { inboundId }],
      // With what the old run had said.
      open: { step: 1, uptoSeq: 4 },
    });
  });

  it('keeps what was said after the interruption for the run that follows it', async () => {
    const { begin, say, journal, record } = get();
    const run = await begin({ text: 'one' });
    const { runId, sessionId, fence } = run;
    const of = { runId, fence };
    await journal.recordStep(record(run, 1));
    // One that may not interrupt holds nothing up.
    await say({ mode: 'interrupt', text: 'of somebody else', principal: 'person-2' });
    const before = await say({ mode: 'steer', text: 'two' });
    const steered = await journal.openStep({ ...of, step: 2 });
    expect(steered?.bound.map(({ inboundId }) => inboundId)).toEqual([before.inboundId]);
    await journal.recordStep(record(run, 2));
    const third = await say({ mode: 'interrupt', text: 'three' });
    const after = await say({ mode: 'steer', text: 'four' });
    expect(await journal.openStep({ ...of, step: 3, onlyIfSteered: true })).toBeUndefined();
    const next = await interrupt(sessionId);
    expect(next?.run.inputs.map(({ inboundId }) => inboundId)).toEqual([
      runId,
      before.inboundId,
      third.inboundId,
    ]);
    if (!next) return;
    await journal.recordStep(record(next.run, 1));
    const second = await journal.openStep({ ...next.run, step: 2 });
    expect(second?.bound.map(({ inboundId }) => inboundId)).toEqual([after.inboundId]);
  });

  it('does nothing where nothing runs, nobody interrupts, or somebody else does', async () => {
    const { begin, say, complete, claim } = get();
    expect(await interrupt('unknown')).toBeUndefined();
    const run = await begin();
    expect(await interrupt(run.sessionId)).toBeUndefined();
    await say({ mode: 'interrupt', principal: 'person-2' });
    expect(await interrupt(run.sessionId)).toBeUndefined();
    await complete(run);
    expect(await interrupt(run.sessionId)).toBeUndefined();
    expect((await claim(run.sessionId)).principal.id).toBe('person-2');
  });
}
