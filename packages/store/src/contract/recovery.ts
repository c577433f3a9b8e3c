import type { ClaimedRun } from '@cuttle/core-types/ports';
import { expect, it } from 'vitest';
import { callOf, resultOf, type World } from './world.ts';

export function describeRecovery(get: () => World): void {
  it('is another opening of the same timeline', async () => {
    const world = get();
    const { boot, epoch } = world.store;
    await world.reopen();
    expect(world.store.boot).not.toBe(boot);
    expect(world.store.epoch).toBe(epoch);
    expect(world.store.health()).toMatchObject({ writable: true, disk: 'ok' });
  });

  it('finds what is left to do, the longest waiting first', async () => {
    const world = get();
    const cut = await world.begin({ session: 'cut' });
    const waiting = await world.say({ session: 'waiting' });
    const later = await world.say({ session: 'later' });
    const control = await world.say({
      session: 'later',
      verdict: { kind: 'control' },
      text: '/stop',
    });
    await world.journal.prepareOutbound({ drafts: [world.draft()] });
    const ended = await world.begin({ session: 'ended' });
    await world.complete(ended);
    await world.reopen();
    const work = await world.reader.findWork();
    expect(work.sessions).toEqual([cut.sessionId, waiting.sessionId, later.sessionId]);
    expect(work.conversations).toEqual([cut.conversationId]);
    expect(work.controls).toEqual([
      {
        inboundId: control.inboundId,
        sessionId: later.sessionId,
        sessionKey: 'later',
        agentId: 'main',
        text: '/stop',
        principal: { id: 'person-1', kind: 'person', scopes: [] },
        provenance: { door: 'telegram', accountId: world.accountId, trust: 'paired' },
        route: expect.objectContaining({ kind: 'push' }),
        conversation: world.place(),
      },
    ]);
    expect(work.statelessRuns).toEqual([]);
  });

  it('names requests whose client is gone apart, and not those of this life', async () => {
    const world = get();
    const cut = await world.begin({ session: 'cut', route: 'stateless' });
    const queued = await world.say({ session: 'queued', route: 'stateless' });
    await world.begin({ session: 'lasting', route: 'pull' });
    expect((await world.reader.findWork()).statelessRuns).toEqual([]);
    world.advance(1);
    await world.reopen();
    world.advance(1);
    const live = await world.begin({ session: 'live', route: 'stateless' });
    const { statelessRuns, sessions } = await world.reader.findWork();
    expect(statelessRuns.map(({ sessionId }) => sessionId).toSorted()).toEqual(
      [cut.sessionId, queued.sessionId].toSorted(),
    );
    expect(sessions).not.toContain(cut.sessionId);
    expect(sessions).not.toContain(live.sessionId);
  });

  it('takes a cut run over: new fence, next attempt, same boundary', async () => {
    const world = get();
    const cut = await world.begin({ text: 'one', taint: ['web'] });
    await world.reopen();
    const run = await world.claim(cut.sessionId);
    expect(run).toMatchObject({
      runId: cut.runId,
      resumed: true,
      attempt: 2,
      stalls: 1,
      taint: ['web'],
      open: { step: 1, attempt: 2, uptoSeq: 1 },
      inputs: [{ inboundId: cut.runId }],
    });
    expect(run.fence).not.toBe(cut.fence);
    expect(run.events).toMatchObject([{ kind: 'step.restart', ref: { step: 1, attempt: 2 } }]);
    const { runId } = cut;
    const zombie = world.journal.restartStep({ runId, fence: cut.fence, step: 1 });
    await expect(zombie).rejects.toMatchObject({ code: 'run.fence-lost' });
    expect(await world.tryClaim(cut.sessionId)).toBeUndefined();
  });

  it('counts claims without a new row, and begins anew with one', async () => {
    const world = get();
    const cut = await world.begin();
    const claims: number[] = [];
    for (let life = 0; life < 2; life += 1) {
      await world.reopen();
      claims.push((await world.claim(cut.sessionId)).stalls);
    }
    await world.reopen();
    const run = await world.claim(cut.sessionId);
    claims.push(run.stalls);
    await world.journal.recordStep(world.record(run, 1, { calls: [callOf(0)] }));
    await world.reopen();
    claims.push((await world.claim(cut.sessionId)).stalls);
    expect(claims).toEqual([1, 2, 3, 1]);
  });

  it('suspects what was cut twice without a new row', async () => {
    const world = get();
    const cut = await world.begin({ session: 'cut' });
    const other = await world.begin({ session: 'other' });
    const suspects: (readonly string[])[] = [];
    const look = async (): Promise<void> => {
      suspects.push((await world.reader.findWork()).suspects);
    };
    await world.reopen();
    await look();
    await world.claim(cut.sessionId);
    const going = await world.claim(other.sessionId);
    await world.journal.recordStep(world.record(going, 1, { calls: [callOf(0)] }));
    await world.reopen();
    await look();
    await world.claim(cut.sessionId);
    await look();
    expect(suspects).toEqual([[], [cut.sessionId], []]);
  });

  it('still suspects what waited for its messenger in the life between', async () => {
    const world = get();
    const { sessionId, runId } = await world.begin();
    const suspects: (readonly string[])[] = [];
    for (let life = 0; life < 3; life += 1) {
      await world.reopen();
      suspects.push((await world.reader.findWork()).suspects);
      const { fence } = await world.claim(sessionId);
      const reason = { kind: 'backoff' as const, ref: 'account:x' };
      const parked = { runId, fence, reason, resumeAt: 0, approvals: [] };
      await world.journal.parkRun(parked);
      if (life < 2) await world.claim(sessionId);
    }
    await world.reopen();
    suspects.push((await world.reader.findWork()).suspects);
    expect(suspects).toEqual([[], [sessionId], [sessionId], [sessionId]]);
  });

  it('lays the end of a life to none of those that were cut twice together, and then to each alone', async () => {
    const world = get();
    const { sessionId: one } = await world.begin({ session: 'one' });
    const { sessionId: two } = await world.begin({ session: 'two' });
    const ids = [one, two];
    let fences = 0;
    const claim = async (sessionId: string): Promise<number> => {
      const { cutTogether } = await world.reader.findWork();
      const wish = { sessionId, fence: `fence-${(fences += 1)}`, collectMax: 20 };
      const isTogether = cutTogether.includes(sessionId);
      const run = await world.journal.claimRun({ ...wish, cutTogether: isTogether });
      return run?.stalls ?? Number.NaN;
    };
    await world.reopen();
    expect((await world.reader.findWork()).cutTogether).toEqual([]);
    const stalls = [await claim(one), await claim(two)];
    await world.reopen();
    expect(await world.reader.findWork()).toMatchObject({ suspects: ids, cutTogether: ids });
    stalls.push(await claim(one));
    for (let life = 0; life < 2; life += 1) {
      await world.reopen();
      // What was tried already comes last.
      expect((await world.reader.findWork()).suspects).toEqual([two, one]);
      stalls.push(await claim(one));
    }
    expect(stalls).toEqual([1, 1, 1, 2, 3]);
  });

  it('suspects each of what was cut twice together, also where it waited for its messenger before it was tried', async () => {
    const world = get();
    const { sessionId: one } = await world.begin({ session: 'one' });
    const { sessionId: two } = await world.begin({ session: 'two' });
    const ids = [one, two];
    await world.reopen();
    for (const sessionId of ids) await world.claim(sessionId);
    await world.reopen();
    expect(await world.reader.findWork()).toMatchObject({ suspects: ids, cutTogether: ids });
    const claim = async (sessionId: string, fence: string): Promise<ClaimedRun> => {
      const wish = { sessionId, fence, collectMax: 20, cutTogether: true };
      const run = await world.journal.claimRun(wish);
      if (!run) throw new Error('There was nothing to claim.');
      return run;
    };
    const reason = { kind: 'backoff' as const, ref: 'account:x' };
    for (const sessionId of ids) {
      const { runId, fence, stalls } = await claim(sessionId, `waits-${sessionId}`);
      expect(stalls).toBe(1);
      const wait = { runId, fence, reason, resumeAt: 0, approvals: [], untried: true };
      await world.journal.parkRun(wait);
    }
    expect(await claim(one, 'tried')).toMatchObject({ stalls: 1 });
    await world.reopen();
    expect(await world.reader.findWork()).toMatchObject({ suspects: [two, one], cutTogether: [] });
    expect(await world.claim(two)).toMatchObject({ stalls: 2 });
  });

  it('counts no stall of what was handed over at an orderly stop', async () => {
    const world = get();
    const cut = await world.begin({ taint: ['web'] });
    const { runId, fence, sessionId } = cut;
    const stalls: number[] = [];
    for (let life = 0; life < 4; life += 1) {
      expect(await world.journal.releaseRuns()).toBe(1);
      expect(await world.journal.releaseRuns()).toBe(0);
      await world.reopen();
      expect((await world.reader.findWork()).sessions).toEqual([sessionId]);
      const run = await world.claim(sessionId);
      stalls.push(run.stalls);
      expect(run).toMatchObject({
        runId,
        resumed: true,
        attempt: 1,
        open: { step: 1, attempt: life + 2, uptoSeq: 1 },
        taint: ['web'],
      });
    }
    expect(stalls).toEqual([0, 0, 0, 0]);
    await world.reopen();
    expect(await world.claim(sessionId)).toMatchObject({ stalls: 1, attempt: 2 });
    const zombie = world.journal.restartStep({ runId, fence, step: 1 });
    await expect(zombie).rejects.toMatchObject({ code: 'run.fence-lost' });
  });

  it('hands over what it holds alone: nothing that waits, has ended, or is stateless and gone', async () => {
    const world = get();
    const { journal } = world;
    const waits = await world.begin({ session: 'waits' });
    const reason = { kind: 'backoff', ref: 'x' } as const;
    const { runId, fence } = waits;
    await journal.parkRun({ runId, fence, reason, approvals: [] });
    await world.complete(await world.begin({ session: 'ended' }));
    const gone = await world.begin({ session: 'gone', route: 'stateless' });
    expect(await journal.releaseRuns()).toBe(1);
    const late = journal.restartStep({ runId: gone.runId, fence: gone.fence, step: 1 });
    await expect(late).rejects.toMatchObject({ code: 'run.fence-lost' });
    await world.reopen();
    const work = await world.reader.findWork();
    expect(work).toMatchObject({ sessions: [], statelessRuns: [{ sessionId: gone.sessionId }] });
  });

  it('goes on from stored calls', async () => {
    const world = get();
    const cut = await world.begin();
    const { runId, fence, sessionId } = cut;
    const calls = [callOf(0), callOf(1), callOf(2, { effect: 'opaque' })];
    await world.journal.recordStep(world.record(cut, 1, { calls }));
    const start = [
      { index: 1, deadline: 50 },
      { index: 2, deadline: 50 },
    ];
    await world.journal.startCalls({ runId, fence, step: 1, calls: start });
    await world.reopen();
    const run = await world.claim(sessionId);
    expect(run.open).toBeUndefined();
    const stored = await world.reader.findRun(runId);
    expect(stored?.steps[0]?.calls.map(({ state, deadline }) => [state, deadline])).toEqual([
      ['planned', undefined],
      ['started', 50],
      ['started', 50],
    ]);
    const again = [
      { index: 0, deadline: 90 },
      { index: 1, deadline: 90 },
    ];
    await world.journal.startCalls({ runId, fence: run.fence, step: 1, calls: again });
    const end = { runId, fence: run.fence, step: 1, taint: [], outbound: [] };
    for (const index of [0, 1])
      await world.journal.finishCall({
        ...end,
        index,
        state: 'done',
        result: resultOf(`call-${index}`),
      });
    const result = resultOf('call-2', 'unknown');
    await world.journal.finishCall({ ...end, index: 2, state: 'unknown', result });
    expect(await world.journal.openStep({ runId, fence: run.fence, step: 2 })).toMatchObject({
      uptoSeq: 3,
    });
  });

  it('calls a send of an earlier life ambiguous after its deadline and margin', async () => {
    const world = get();
    const { conversations } = await world.journal.prepareOutbound({ drafts: [world.draft()] });
    const [lane = ''] = conversations;
    const sending = await world.send(lane);
    const over = sending.deadline + 1_000;
    await world.reopen();
    expect(await world.claimDelivery(lane)).toEqual({ kind: 'wait', until: over });
    world.advance(over - world.now());
    const claim = await world.claimDelivery(lane);
    expect(claim).toMatchObject({
      kind: 'ambiguous',
      delivery: { outboundId: sending.outboundId, idempotencyKey: sending.idempotencyKey },
    });
    const { outboundId } = sending;
    const receipt = { messageId: 'm' };
    const late = world.journal.settleDelivery({
      outboundId,
      fence: sending.fence,
      outcome: { kind: 'sent', receipt },
    });
    await expect(late).rejects.toMatchObject({ code: 'run.fence-lost' });
  });

  it('never tries an unsettled send of this life again', async () => {
    const world = get();
    const { conversations } = await world.journal.prepareOutbound({ drafts: [world.draft()] });
    const [lane = ''] = conversations;
    await world.send(lane);
    world.advance(3_600_000);
    const claim = await world.claimDelivery(lane);
    expect(claim).toMatchObject({ kind: 'wait' });
    expect(claim.kind === 'wait' && claim.until).toBeGreaterThan(world.now());
  });

  it('keeps every count over a restart', async () => {
    const world = get();
    await world.say({ session: 'a' });
    await world.say({ session: 'b' });
    await world.begin({ session: 'c' });
    await world.complete(await world.begin({ session: 'd' }));
    const before = await world.reader.counts();
    await world.reopen();
    expect(await world.reader.counts()).toEqual(before);
    const bounds = { perSession: 10, total: 3 };
    expect(await world.accept({ session: 'e', bounds })).toMatchObject({ kind: 'accepted' });
    expect(await world.accept({ session: 'f', bounds })).toMatchObject({ kind: 'busy' });
  });

  it('changes no row by a second restart without input', async () => {
    const world = get();
    const cut = await world.begin();
    await world.say();
    await world.reopen();
    const read = async (): Promise<unknown> => [
      await world.reader.findRun(cut.runId),
      await world.reader.readHistory({ sessionId: cut.sessionId, limit: 10 }),
      await world.reader.counts(),
      await world.reader.findWork(),
    ];
    const first = await read();
    await world.reopen();
    expect(await read()).toEqual(first);
  });
}
