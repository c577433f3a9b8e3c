import { expect, it } from 'vitest';
import type { World } from './world.ts';

export function describeQueue(get: () => World): void {
  it('binds a message only when the one before it, in another session, has ended', async () => {
    const { say, tryClaim, claim, complete, reopen } = get();
    const first = await say({ session: 'a' });
    const { sessionId } = await say({ session: 'b', inboundId: 'in-b', after: first.inboundId });
    expect(await tryClaim(sessionId)).toBeUndefined();
    await reopen();
    const following = [{ sessionId, after: first.inboundId }];
    expect(await get().reader.findWork()).toMatchObject({ following });
    expect(await get().reader.findInbound({ inboundId: 'in-b' })).toMatchObject({
      after: first.inboundId,
    });
    const run = await claim(first.sessionId);
    expect(await tryClaim(sessionId)).toBeUndefined();
    await complete(run);
    expect(await tryClaim(sessionId)).toMatchObject({ runId: 'in-b' });
    expect(await get().reader.findWork()).toMatchObject({ following: [] });
  });

  it('claims the oldest message as a run of its id, with its sender, route and first step', async () => {
    const { say, journal, accountId, now, newId } = get();
    const { inboundId, sessionId } = await say({ text: 'first', taint: ['group'] });
    await say({ text: 'second' });
    const fence = newId();
    const run = await journal.claimRun({ sessionId, fence, collectMax: 10 });
    expect(run).toEqual({
      runId: inboundId,
      sessionId,
      sessionKey: 'agent:main:telegram:1',
      agentId: 'main',
      generation: 1,
      fence,
      attempt: 1,
      stalls: 0,
      resumed: false,
      principal: { id: 'person-1', kind: 'person', scopes: [] },
      provenance: { door: 'telegram', accountId, trust: 'paired' },
      taint: ['group'],
      route: {
        kind: 'push',
        door: 'telegram',
        accountId,
        target: { chat: 'chat-1' },
        chat: 'dm',
      },
      conversationId: expect.any(String),
      conversationKey: 'chat-1',
      createdAt: now(),
      inputs: [
        {
          inboundId,
          externalId: expect.any(String),
          body: { v: 1, parts: [{ type: 'text', text: 'first' }] },
        },
      ],
      orders: [],
      open: { step: 1, attempt: 1, uptoSeq: 1 },
      events: [
        {
          sessionId,
          seq: 3,
          runId: inboundId,
          kind: 'run.start',
          ref: { inboundId },
          at: now(),
        },
        {
          sessionId,
          seq: 4,
          runId: inboundId,
          kind: 'step.start',
          ref: { step: 1, attempt: 1, detail: { inbounds: [inboundId] } },
          at: now(),
        },
      ],
    });
  });

  it('gives one run at a time to a session, and other sessions theirs', async () => {
    const { say, tryClaim } = get();
    const { sessionId } = await say({ session: 'a' });
    await say({ session: 'a' });
    const other = await say({ session: 'b' });
    expect(await tryClaim(sessionId)).toBeDefined();
    expect(await tryClaim(sessionId)).toBeUndefined();
    expect(await tryClaim(other.sessionId)).toBeDefined();
  });

  it('gives one of many claims at the same time', async () => {
    const { say, tryClaim } = get();
    const { sessionId } = await say();
    const runs = await Promise.all(Array.from({ length: 8 }, () => tryClaim(sessionId)));
    expect(runs.filter((run) => run !== undefined)).toHaveLength(1);
  });

  it('answers the same claim asked again under its fence', async () => {
    const { say, journal } = get();
    const { sessionId } = await say();
    const claim = { sessionId, fence: 'fence-1', collectMax: 10 };
    const first = await journal.claimRun(claim);
    const again = await journal.claimRun(claim);
    expect(again).toMatchObject({ runId: first?.runId, fence: 'fence-1', attempt: 1, events: [] });
  });

  it('claims nothing where nothing is queued or the session is unknown', async () => {
    const { begin, complete, tryClaim } = get();
    const run = await begin();
    await complete(run);
    expect(await tryClaim(run.sessionId)).toBeUndefined();
    expect(await tryClaim('no such session')).toBeUndefined();
  });

  it('goes on with the next message in the order of acceptance', async () => {
    const { say, claim, complete } = get();
    const { sessionId } = await say({ text: 'one' });
    const said = [await say({ text: 'two' }), await say({ text: 'three' })];
    await complete(await claim(sessionId));
    for (const { inboundId } of said) {
      const run = await claim(sessionId);
      expect(run.runId).toBe(inboundId);
      await complete(run);
    }
  });

  it('collects the rows directly behind, up to the most', async () => {
    const { say, journal, reader } = get();
    const mode = 'collect';
    const { sessionId, inboundId } = await say({ mode });
    const rest = [await say({ mode }), await say({ mode }), await say({ mode })];
    const run = await journal.claimRun({ sessionId, fence: 'f', collectMax: 3 });
    expect(run?.inputs.map((row) => row.inboundId)).toEqual([
      inboundId,
      rest[0]?.inboundId,
      rest[1]?.inboundId,
    ]);
    expect(run?.open).toEqual({ step: 1, attempt: 1, uptoSeq: 3 });
    expect((await reader.counts()).queued).toBe(1);
  });

  it.each([
    ['another mode', { mode: 'followup' }],
    ['another sender', { mode: 'collect', principal: 'person-2' }],
    ['another place', { mode: 'collect', place: 'chat-2' }],
    ['another trust', { mode: 'collect', trust: 'guest' }],
  ] as const)('collects nothing of or beyond a row of %s', async (_name, wish) => {
    const { say, claim } = get();
    const { sessionId, inboundId } = await say({ mode: 'collect' });
    await say(wish);
    await say({ mode: 'collect' });
    const run = await claim(sessionId);
    expect(run.inputs.map((row) => row.inboundId)).toEqual([inboundId]);
  });

  it('collects nothing behind a first row of another mode', async () => {
    const { say, claim } = get();
    const { sessionId } = await say({ mode: 'followup' });
    await say({ mode: 'collect' });
    expect((await claim(sessionId)).inputs).toHaveLength(1);
  });

  it('joins what the collected rows are tainted with', async () => {
    const { say, claim } = get();
    const mode = 'collect';
    const { sessionId } = await say({ mode, taint: ['group'] });
    await say({ mode, taint: ['guest', 'group'] });
    expect((await claim(sessionId)).taint).toEqual(['group', 'guest']);
  });

  it('cancels what waited past its time on the way to the next', async () => {
    const { say, claim, now, advance, reader } = get();
    const { sessionId, inboundId } = await say({ expiresAt: now() + 100 });
    const live = await say();
    advance(100);
    const run = await claim(sessionId);
    expect(run.runId).toBe(live.inboundId);
    expect(run.events[0]).toMatchObject({
      kind: 'inbound',
      ref: { inboundId, detail: { state: 'cancelled', reason: 'expired' } },
    });
    expect(await reader.findInbound({ inboundId })).toMatchObject({
      state: 'cancelled',
      reason: 'expired',
    });
    expect((await reader.counts()).queued).toBe(0);
  });

  it('knows the model that the session chose', async () => {
    const { say, claim, journal } = get();
    const { sessionId } = await say({ session: 'a' });
    await journal.patchSession({ sessionKey: 'a', agentId: 'main', model: 'local/m2' });
    expect((await claim(sessionId)).model).toBe('local/m2');
  });
}
