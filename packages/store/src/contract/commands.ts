import type { CommandInput } from '@cuttle/core-types/ports';
import { expect, it } from 'vitest';
import { answerOf, approvalOf, callOf, codeOf, type World } from './world.ts';

export function describeCommands(get: () => World): void {
  /** A command that was accepted and is settled with this. */
  const command = async (
    more: Partial<CommandInput> = {},
    inboundId?: string,
  ): Promise<Awaited<ReturnType<World['journal']['settleCommand']>> & { inboundId: string }> => {
    const { say, journal } = get();
    const id = inboundId ?? (await say({ verdict: { kind: 'control' }, text: '/do' })).inboundId;
    const settled = await journal.settleCommand({
      inboundId: id,
      reply: 'done',
      outbound: [],
      ...more,
    });
    return { ...settled, inboundId: id };
  };

  it('settles a command once, with what it said', async () => {
    const { reader, draft } = get();
    const outbound = [draft({ origin: 'notice:1' })];
    const first = await command({ outbound });
    const { inboundId } = first;
    expect(first).toMatchObject({ settled: true, inbounds: [inboundId] });
    expect(first.events).toMatchObject([{ kind: 'command', ref: { inboundId } }]);
    expect(first.conversations).toHaveLength(1);
    expect(await reader.findInbound({ inboundId })).toMatchObject({
      state: 'answered',
      reason: 'command',
      reply: 'done',
    });
    expect(await command({ reply: 'again', model: 'x' }, inboundId)).toMatchObject({
      settled: false,
      events: [],
    });
    expect((await reader.findWork()).controls).toEqual([]);
  });

  it('settles no message that is no command', async () => {
    const { inboundId } = await get().say();
    expect(await codeOf(command({}, inboundId))).toBe('request.invalid');
  });

  it('stops what was there before it, and nothing that came later', async () => {
    const { begin, say, journal, reader } = get();
    const run = await begin();
    const before = await say();
    const { inboundId } = await say({ verdict: { kind: 'control' }, text: '/stop' });
    const after = await say();
    const stop = { partial: answerOf('half'), closing: [] };
    const settled = await journal.settleCommand({ inboundId, reply: 'ok', outbound: [], stop });
    expect(settled).toMatchObject({
      settled: true,
      aborted: run.runId,
      inbounds: [run.runId, before.inboundId, inboundId],
    });
    expect(await reader.findInbound(after)).toMatchObject({ state: 'queued' });
    expect(await reader.findInbound(before)).toMatchObject({ reason: 'stopped' });
  });

  it('does not stop a run that began after it', async () => {
    const { say, claim, journal } = get();
    const { inboundId, sessionId } = await say({ verdict: { kind: 'control' }, text: '/stop' });
    await say();
    await claim(sessionId);
    const stop = { closing: [] };
    const settled = await journal.settleCommand({ inboundId, reply: 'ok', outbound: [], stop });
    expect(settled).toMatchObject({ settled: true, inbounds: [inboundId] });
    expect(settled.aborted).toBeUndefined();
  });

  it('begins a new life of the session, whose history stays', async () => {
    const { begin, complete, reader, claim, say } = get();
    await complete(await begin({ text: 'old' }));
    const run = await begin({ text: 'half' });
    const { sessionId } = run;
    const settled = await command({ reset: true });
    expect(settled.aborted).toBe(run.runId);
    expect(settled.events.map(({ kind }) => kind)).toEqual(['run.end', 'session.reset', 'command']);
    expect(await reader.findInbound({ inboundId: run.runId })).toMatchObject({ reason: 'reset' });
    expect(await reader.findSessionById(sessionId)).toMatchObject({ generation: 2, messages: 0 });
    await say({ text: 'new' });
    const next = await claim(sessionId);
    expect(next).toMatchObject({ generation: 2, open: { uptoSeq: 4 } });
    const entries = await reader.readTranscript({ ...next, afterSeq: 0, uptoSeq: 9, limit: 9 });
    expect(entries.map(({ seq }) => seq)).toEqual([4]);
    expect((await reader.readHistory({ sessionId, limit: 9 })).entries).toHaveLength(4);
  });

  it('forgets with the old life what its messages were tainted with', async () => {
    const { begin, complete, claim, say } = get();
    const { sessionId } = await begin({ text: 'old', taint: ['web'] }).then(async (run) => {
      await complete(run);
      return run;
    });
    await say({ text: 'still there' });
    const next = await claim(sessionId);
    expect(next.taint).toEqual(['web']);
    await command({ reset: true });
    await say({ text: 'new' });
    expect((await claim(sessionId)).taint).toEqual([]);
  });

  it('sets and clears the model and the queue mode of the session', async () => {
    const { reader } = get();
    await command({ model: 'local/m2', queueMode: 'collect' });
    expect(await reader.findSession('agent:main:telegram:1')).toMatchObject({
      model: 'local/m2',
      queueMode: 'collect',
    });
    await command({ model: null, queueMode: null });
    const session = await reader.findSession('agent:main:telegram:1');
    expect([session?.model, session?.queueMode]).toEqual([undefined, undefined]);
  });

  it('decides an approval with the command, also one of another session', async () => {
    const { begin, record, journal, reader } = get();
    const run = await begin({ session: 'elsewhere' });
    const { runId, fence } = run;
    const call = callOf(0, { gated: true });
    await journal.recordStep(record(run, 1, { calls: [call] }));
    const reason = { kind: 'approval', ref: 'ap-1' } as const;
    await journal.parkRun({ runId, fence, reason, approvals: [approvalOf('ap-1', call)] });
    const approval = { approvalId: 'ap-1', decision: 'approved', by: 'owner' } as const;
    const settled = await command({ approval });
    expect(settled).toMatchObject({ settled: true });
    expect(settled.events).toMatchObject([
      { kind: 'approval.resolve', sessionId: run.sessionId, runId },
      { kind: 'command' },
    ]);
    expect(await reader.findRun(runId)).toMatchObject({ state: 'ready' });
  });

  it('does nothing where its approval was decided before, and can be settled with other words', async () => {
    const { reader } = get();
    const approval = { approvalId: 'none', decision: 'approved', by: 'owner' } as const;
    const stale = await command({ approval, model: 'x' });
    expect(stale).toMatchObject({ settled: false, stale: 'unknown', events: [] });
    const { inboundId } = stale;
    expect(await reader.findInbound({ inboundId })).toMatchObject({ state: 'queued' });
    expect(await command({ reply: 'too late' }, inboundId)).toMatchObject({ settled: true });
  });
}
