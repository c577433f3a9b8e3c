import type {
  ApprovalDraft,
  ApprovalEnd,
  ClaimedRun,
  OutboundPart,
} from '@cuttle/core-types/ports';
import { expect, it } from 'vitest';
import { approvalOf, callOf, codeOf, resultOf, type World } from './world.ts';

const gated = callOf(0, { gated: true, effect: 'opaque' });
const reason = { kind: 'approval', ref: 'ap-1' } as const;

export function describeApprovals(get: () => World): void {
  /** A run that waits for approval `ap-1` of its first call. */
  const waiting = async (
    expiresAt = Number.MAX_SAFE_INTEGER,
    ends?: ApprovalDraft['ends'],
  ): Promise<ClaimedRun> => {
    const { begin, record, journal, draft } = get();
    const run = await begin();
    const { runId, fence } = run;
    await journal.recordStep(record(run, 1, { calls: [gated] }));
    const ask = draft({ outboundId: 'ask-1', origin: 'ask:ap-1' });
    const approvals = [approvalOf('ap-1', gated, { ask, expiresAt, ends })];
    await journal.parkRun({ runId, fence, reason, approvals });
    return run;
  };
  const decide = (
    decision: 'approved' | 'denied' | 'expired' | 'cancelled',
  ): ReturnType<World['journal']['decideApproval']> =>
    get().journal.decideApproval({ approvalId: 'ap-1', decision, by: 'owner', outbound: [] });
  const start = (run: ClaimedRun, approvalId?: string): Promise<unknown> => {
    const { runId, fence } = run;
    const calls = [{ index: 0, deadline: 9, approvalId }];
    return get().journal.startCalls({ runId, fence, step: 1, calls });
  };

  it('asks, makes the approval and parks the run in one transaction', async () => {
    const { begin, record, journal, reader, draft, tryClaim } = get();
    const run = await begin();
    const { runId, fence, sessionId } = run;
    await journal.recordStep(record(run, 1, { calls: [gated] }));
    const ask = draft({ origin: 'ask:ap-1' });
    const approvals = [approvalOf('ap-1', gated, { ask, expiresAt: 5_000 })];
    const parked = await journal.parkRun({ runId, fence, reason, approvals });
    expect(parked).toMatchObject({ ready: false });
    expect(parked.conversations).toHaveLength(1);
    expect(parked.events).toMatchObject([
      { kind: 'approval.request', ref: { approvalId: 'ap-1', step: 1, index: 0 } },
      { kind: 'run.park', ref: { detail: reason } },
    ]);
    expect(await reader.findRun(runId)).toMatchObject({
      state: 'parked',
      wait: reason,
      steps: [{ calls: [{ approvalId: 'ap-1', approvalState: 'pending', state: 'planned' }] }],
    });
    const row = {
      approvalId: 'ap-1',
      runId,
      sessionId,
      sessionKey: run.sessionKey,
      step: 1,
      index: 0,
      tool: 'look',
      input: { at: 0 },
      planHash: 'hash-0',
      state: 'pending',
      expiresAt: 5_000,
    };
    expect(await reader.findApproval('ap-1')).toMatchObject(row);
    expect(await reader.listApprovals({ limit: 10, sessionId })).toMatchObject([row]);
    expect(await reader.listApprovals({ limit: 10, sessionId: 'another' })).toEqual([]);
    expect(await tryClaim(sessionId)).toBeUndefined();
    expect((await reader.counts()).parked).toBe(1);
  });

  it('answers the same parking asked again', async () => {
    const { begin, journal } = get();
    const { runId, fence } = await begin();
    const backoff = { kind: 'backoff', ref: 'provider' } as const;
    await journal.parkRun({ runId, fence, reason: backoff, approvals: [] });
    expect(await journal.parkRun({ runId, fence, reason: backoff, approvals: [] })).toEqual({
      ready: false,
      events: [],
      conversations: [],
    });
  });

  it('wakes the run at any decision, and consumes an approval with the start of its call', async () => {
    const { claim, reader } = get();
    const run = await waiting();
    const decided = await decide('approved');
    expect(decided).toMatchObject({ kind: 'decided', runId: run.runId, sessionId: run.sessionId });
    expect(await reader.findRun(run.runId)).toMatchObject({ state: 'ready' });
    const again = await claim(run.sessionId);
    expect(again).toMatchObject({ runId: run.runId, resumed: true, attempt: 1, stalls: 0 });
    expect(again.open).toBeUndefined();
    await start(again, 'ap-1');
    const stored = await reader.findRun(run.runId);
    expect(stored?.steps[0]?.calls[0]).toMatchObject({
      state: 'started',
      approvalState: 'consumed',
    });
    expect(await decide('denied')).toEqual({ kind: 'stale', state: 'consumed' });
  });

  it('lets the first decision win', async () => {
    await waiting();
    const results = await Promise.all([decide('denied'), decide('approved'), decide('expired')]);
    expect(results).toMatchObject([
      { kind: 'decided' },
      { kind: 'stale', state: 'denied' },
      { kind: 'stale', state: 'denied' },
    ]);
    expect(
      await get().journal.decideApproval({
        approvalId: 'none',
        decision: 'approved',
        by: 'owner',
        outbound: [],
      }),
    ).toEqual({ kind: 'unknown' });
  });

  it('starts no gated call without its own approval', async () => {
    const { claim, journal, draft } = get();
    const run = await waiting();
    await decide('denied');
    const again = await claim(run.sessionId);
    expect(await codeOf(start(again))).toBe('tool.denied');
    expect(await codeOf(start(again, 'ap-1'))).toBe('tool.denied');
    expect(await codeOf(start(again, 'none'))).toBe('tool.denied');
    const { runId, fence } = again;
    const end = { runId, fence, step: 1, index: 0, taint: [], outbound: [draft()] };
    await journal.finishCall({ ...end, state: 'failed', result: resultOf('call-0') });
  });

  it('is expired by the clock, whoever decides after', async () => {
    const { now, advance } = get();
    await waiting(now() + 100);
    advance(100);
    expect(await decide('approved')).toEqual({ kind: 'stale', state: 'expired' });
    expect(await decide('expired')).toMatchObject({ kind: 'decided' });
  });

  it('withdraws an approval because the conversation went on', async () => {
    const run = await waiting();
    expect(await decide('cancelled')).toMatchObject({ kind: 'decided', runId: run.runId });
    expect(await get().reader.findApproval('ap-1')).toMatchObject({ state: 'cancelled' });
  });

  it.each(['steer', 'interrupt'] as const)(
    'is withdrawn by a message of mode %s of the same person, and the run goes on',
    async (mode) => {
      const { accept, claim, reader, claimDelivery } = get();
      const run = await waiting();
      const accepted = await accept({ mode });
      expect(accepted).toMatchObject({
        kind: 'accepted',
        freed: { runId: run.runId, createdAt: run.createdAt },
        events: [
          { kind: 'inbound' },
          { kind: 'approval.resolve', ref: { approvalId: 'ap-1', detail: 'cancelled' } },
        ],
      });
      expect(await reader.findApproval('ap-1')).toMatchObject({ state: 'cancelled' });
      expect(await decide('approved')).toEqual({ kind: 'stale', state: 'cancelled' });
      // Nobody had been asked yet, so nobody is.
      expect(await claimDelivery(run.conversationId ?? '')).toEqual({ kind: 'idle' });
      const again = await claim(run.sessionId);
      expect(again).toMatchObject({ runId: run.runId, resumed: true });
      expect(await codeOf(start(again, 'ap-1'))).toBe('tool.denied');
    },
  );

  it('is withdrawn as soon as it is asked, where the message came before', async () => {
    const { begin, record, journal, say, claim } = get();
    const run = await begin();
    const { runId, fence } = run;
    await journal.recordStep(record(run, 1, { calls: [gated] }));
    await say({ mode: 'steer', text: 'rather not' });
    const approvals = [approvalOf('ap-1', gated)];
    const parked = await journal.parkRun({ runId, fence, reason, approvals });
    expect(parked.ready).toBe(true);
    expect(parked.events.map(({ kind }) => kind)).toEqual([
      'approval.request',
      'run.park',
      'approval.resolve',
    ]);
    expect(await claim(run.sessionId)).toMatchObject({ runId, resumed: true });
  });

  it.each([
    ['of another mode', {}],
    ['of someone else', { mode: 'steer', principal: 'person-2' }],
    ['of other trust', { mode: 'steer', trust: 'guest' }],
    ['from another place', { mode: 'interrupt', place: 'chat-2' }],
    ['that is a command', { mode: 'steer', verdict: { kind: 'control' } }],
    [
      'that is refused',
      { mode: 'steer', verdict: { kind: 'refuse', reason: 'access.not-allowed', notice: [] } },
    ],
  ] as const)('is not withdrawn by a message %s', async (_what, wish) => {
    const { accept, reader, tryClaim } = get();
    const { sessionId } = await waiting();
    expect(await accept(wish)).not.toHaveProperty('freed');
    expect(await reader.findApproval('ap-1')).toMatchObject({ state: 'pending' });
    expect(await tryClaim(sessionId)).toBeUndefined();
  });

  it('keeps what was given when another one is withdrawn', async () => {
    const { begin, record, journal, accept, reader } = get();
    const run = await begin();
    const { runId, fence } = run;
    const second = callOf(1, { gated: true });
    await journal.recordStep(record(run, 1, { calls: [gated, second] }));
    const approvals = [approvalOf('ap-1', gated), approvalOf('ap-2', second)];
    const last = { kind: 'approval', ref: 'ap-2' } as const;
    await journal.parkRun({ runId, fence, reason, approvals });
    await decide('approved');
    const { fence: next } = await get().claim(run.sessionId);
    await journal.parkRun({ runId, fence: next, reason: last, approvals: [] });
    await accept({ mode: 'steer' });
    expect(await reader.findApproval('ap-1')).toMatchObject({ state: 'approved' });
    expect(await reader.findApproval('ap-2')).toMatchObject({ state: 'cancelled' });
  });

  it('ends with its call and with its run', async () => {
    const { journal, reader } = get();
    const { sessionId, runId } = await waiting();
    const stop = { sessionId, by: 'user' as const, cancelQueued: false, closing: [] };
    const { events } = await journal.abortRun(stop);
    expect(events.map(({ kind }) => kind)).toEqual([
      'approval.resolve',
      'tool.call',
      'tool.result',
      'run.end',
    ]);
    expect(await reader.findApproval('ap-1')).toMatchObject({ state: 'cancelled' });
    expect(await decide('approved')).toEqual({ kind: 'stale', state: 'cancelled' });
    expect(await reader.findRun(runId)).toMatchObject({ state: 'aborted' });
  });

  it('does not wait for what was decided before it parked', async () => {
    const { begin, record, journal, claim } = get();
    const run = await begin();
    const { runId, fence, sessionId } = run;
    const second = callOf(1, { gated: true });
    await journal.recordStep(record(run, 1, { calls: [gated, second] }));
    const approvals = [approvalOf('ap-1', gated), approvalOf('ap-2', second)];
    await journal.parkRun({ runId, fence, reason, approvals });
    await decide('denied');
    const again = await claim(sessionId);
    await journal.decideApproval({
      approvalId: 'ap-2',
      decision: 'approved',
      by: 'owner',
      outbound: [],
    });
    const parked = await journal.parkRun({
      runId,
      fence: again.fence,
      reason: { kind: 'approval', ref: 'ap-2' },
      approvals: [approvalOf('ap-2', second)],
    });
    expect(parked.ready).toBe(true);
    expect(await claim(sessionId)).toMatchObject({ runId });
  });

  const said = (text: string): OutboundPart => ({ v: 1, text, payload: text });
  const ends = {
    approved: said('approved'),
    denied: said('denied'),
    expired: said('expired'),
    cancelled: said('cancelled'),
  };
  const ways: Readonly<Record<ApprovalEnd, (run: ClaimedRun) => Promise<unknown>>> = {
    approved: () => decide('approved'),
    denied: () => decide('denied'),
    expired: async () => {
      get().advance(2_000);
      await get().journal.sweep({ limit: 10 });
    },
    cancelled: ({ sessionId }) =>
      get().journal.abortRun({ sessionId, by: 'user', cancelQueued: false, closing: [] }),
  };
  it.each(['approved', 'denied', 'expired', 'cancelled'] as const)(
    'edits the ask once it has ended: %s',
    async (end) => {
      const { deliver, now, journal } = get();
      const run = await waiting(now() + 1_000, ends);
      const lane = run.conversationId ?? '';
      await deliver(lane, 'platform-9');
      await ways[end](run);
      const receipt = { messageId: 'platform-9' };
      expect(await deliver(lane)).toMatchObject({ kind: 'edit', receipt, body: { text: end } });
      // An approval that was given and not used may end once more; the message stays as it is.
      await journal.abortRun({
        sessionId: run.sessionId,
        by: 'user',
        cancelQueued: false,
        closing: [],
      });
      const next = await journal.claimDelivery({
        conversationId: lane,
        fence: 'later',
        deadlineMs: 1_000,
        marginMs: 0,
      });
      expect(next.kind).toBe('idle');
    },
  );

  it('does not send an ask that has ended before it was sent', async () => {
    const run = await waiting(undefined, ends);
    await decide('denied');
    const next = await get().journal.claimDelivery({
      conversationId: run.conversationId ?? '',
      fence: 'later',
      deadlineMs: 1_000,
      marginMs: 0,
    });
    expect(next.kind).toBe('idle');
  });

  it('sends what the decision says and edits the ask', async () => {
    const { journal, draft, deliver, send } = get();
    const run = await waiting();
    const lane = run.conversationId ?? '';
    await deliver(lane, 'platform-9');
    await journal.decideApproval({
      approvalId: 'ap-1',
      decision: 'approved',
      by: 'owner',
      outbound: [draft({ origin: 'ask:ap-1', kind: 'edit', targetId: 'ask-1' })],
    });
    expect(await send(lane)).toMatchObject({ kind: 'edit', receipt: { messageId: 'platform-9' } });
  });

  it('claims a parked run when its time to resume has come', async () => {
    const { begin, journal, tryClaim, now, advance, reader } = get();
    const { runId, fence, sessionId } = await begin();
    const backoff = { kind: 'backoff', ref: 'provider' } as const;
    const resumeAt = now() + 1_000;
    await journal.parkRun({ runId, fence, reason: backoff, resumeAt, approvals: [] });
    expect(await tryClaim(sessionId)).toBeUndefined();
    expect((await reader.findWork()).sessions).toEqual([]);
    advance(1_000);
    expect((await reader.findWork()).sessions).toEqual([sessionId]);
    const run = await tryClaim(sessionId);
    expect(run).toMatchObject({ runId, attempt: 1, stalls: 0, open: { step: 1, attempt: 2 } });
    expect(run?.events.map(({ kind }) => kind)).toEqual(['step.restart']);
  });

  it('approves only a call that was planned with that hash', async () => {
    const { begin, record, journal } = get();
    const run = await begin();
    const { runId, fence } = run;
    await journal.recordStep(record(run, 1, { calls: [gated] }));
    const approvals = [approvalOf('ap-1', { ...gated, planHash: 'other' })];
    const wrong = journal.parkRun({ runId, fence, reason, approvals });
    expect(await codeOf(wrong)).toBe('request.invalid');
  });
}
