import { expect, it } from 'vitest';
import { codeOf, type World } from './world.ts';

/** What commands choose for a session, and how they go back in it or on from it. */
export function describeChoices(get: () => World): void {
  const session = 'agent:main:telegram:1';

  it('keeps how much a model may think in a session, also in one that goes on from it', async () => {
    const { journal, reader, say, begin, complete } = get();
    await complete(await begin({ text: 'one' }));
    const { inboundId } = await say({ verdict: { kind: 'control' }, text: '/think high' });
    await journal.settleCommand({ inboundId, reply: 'ok', outbound: [], thinking: 'high' });
    expect(await reader.findSession(session)).toMatchObject({ thinking: 'high' });
    const run = await begin({ text: 'two' });
    expect(run.thinking).toBe('high');
    await complete(run);
    const forked = { sourceKey: session, sessionKey: 'agent:main:fork', agentId: 'main' };
    expect((await journal.forkSession(forked)).session.thinking).toBe('high');
    const patched = { sessionKey: session, agentId: 'main', thinking: null };
    expect((await journal.patchSession(patched)).thinking).toBeUndefined();
  });

  it('goes back with a command, after the run that was there is stopped; what waits runs next', async () => {
    const { journal, reader, say, begin, complete, claim } = get();
    await complete(await begin({ text: 'one' }));
    const run = await begin({ text: 'two' });
    const { sessionId } = run;
    const { inboundId } = await say({ verdict: { kind: 'control' }, text: '/rewind' });
    const waiting = await say({ text: 'three' });
    const rewind = { toEntry: 2, closing: [] };
    const settled = await journal.settleCommand({ inboundId, reply: 'ok', outbound: [], rewind });
    expect(settled).toMatchObject({ settled: true, aborted: run.runId });
    expect(settled.events.map(({ kind }) => kind)).toEqual(['run.end', 'session.reset', 'command']);
    expect(await reader.findInbound({ inboundId: run.runId })).toMatchObject({ reason: 'rewound' });
    const { entries } = await reader.readHistory({ sessionId, limit: 9 });
    expect(entries.map(({ seq }) => seq)).toEqual([1, 2]);
    const next = await claim(sessionId);
    expect(next.inputs.map((input) => input.inboundId)).toEqual([waiting.inboundId]);
    // Asked again after a cut, it goes back no further.
    const again = await journal.settleCommand({ inboundId, reply: 'ok', outbound: [], rewind });
    expect(again).toMatchObject({ settled: false, events: [] });
  });

  it('does nothing where the entry to go back to is gone', async () => {
    const { journal, reader, say, begin, complete } = get();
    await complete(await begin({ text: 'one' }));
    const { inboundId } = await say({ verdict: { kind: 'control' }, text: '/rewind' });
    const rewind = { toEntry: 77, closing: [] };
    const settled = await journal.settleCommand({ inboundId, reply: 'ok', outbound: [], rewind });
    expect(settled).toMatchObject({ settled: false, stale: 'gone', events: [] });
    expect(await reader.findInbound({ inboundId })).toMatchObject({ state: 'queued' });
    const late = await journal.settleCommand({ inboundId, reply: 'too late', outbound: [] });
    expect(late).toMatchObject({ settled: true });
  });

  it('takes nothing back under a run that began after it', async () => {
    const { journal, say, begin, complete, claim } = get();
    await complete(await begin({ text: 'one' }));
    const { inboundId, sessionId } = await say({ verdict: { kind: 'control' }, text: '/rewind' });
    await say({ text: 'two' });
    await claim(sessionId);
    const rewind = { toEntry: 0, closing: [] };
    const settled = await journal.settleCommand({ inboundId, reply: 'ok', outbound: [], rewind });
    expect(settled).toMatchObject({ settled: false, stale: 'gone', events: [] });
  });

  it('makes one session of a fork, and none of nothing', async () => {
    const { journal, reader, say, begin, complete } = get();
    const empty = await say({ verdict: { kind: 'control' }, text: '/fork' });
    const fork = { sessionKey: 'agent:main:web:f', title: 'Further' };
    const draft = { inboundId: empty.inboundId, reply: 'ok', outbound: [] };
    expect(await journal.settleCommand({ ...draft, fork })).toMatchObject({ stale: 'gone' });
    await journal.settleCommand(draft);
    const run = await begin({ text: 'one' });
    await complete(run);
    const { inboundId } = await say({ verdict: { kind: 'control' }, text: '/fork Further' });
    const asked = { inboundId, reply: 'ok', outbound: [], fork };
    const settled = await journal.settleCommand(asked);
    const made = await reader.findSession('agent:main:web:f');
    expect(made).toMatchObject({ title: 'Further', messages: 2 });
    expect(settled.forkId).toBe(made?.sessionId);
    expect((await journal.settleCommand(asked)).settled).toBe(false);
    // The other one goes on as it was.
    expect(await reader.findSession(session)).toMatchObject({ messages: 2, generation: 1 });
    expect(
      await codeOf(journal.forkSession({ ...fork, sourceKey: session, agentId: 'main' })),
    ).toBe('session.exists');
  });
}
