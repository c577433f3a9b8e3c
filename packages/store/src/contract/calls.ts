import type { ClaimedRun, PlannedCall } from '@cuttle/core-types/ports';
import { expect, it } from 'vitest';
import { callOf, codeOf, resultOf, type World } from './world.ts';

/** A run whose first step asked for these calls. */
async function calling(
  { begin, record, journal }: World,
  calls: readonly PlannedCall[],
): Promise<ClaimedRun> {
  const run = await begin();
  await journal.recordStep(record(run, 1, { calls }));
  return run;
}

export function describeCalls(get: () => World): void {
  it('starts a call with its deadline and tells it once', async () => {
    const world = get();
    const { runId, fence } = await calling(world, [callOf(0)]);
    const start = { runId, fence, step: 1, calls: [{ index: 0, deadline: 77 }] };
    const { events } = await world.journal.startCalls(start);
    expect(events).toMatchObject([{ kind: 'tool.call', runId, ref: { step: 1, index: 0 } }]);
    const again = await world.journal.startCalls(start);
    expect(again.events).toEqual([]);
    const stored = await world.reader.findRun(runId);
    expect(stored?.steps[0]?.calls[0]).toMatchObject({
      state: 'started',
      attempt: 2,
      deadline: 77,
    });
  });

  it('never starts an opaque call twice', async () => {
    const world = get();
    const { runId, fence } = await calling(world, [callOf(0, { effect: 'opaque' })]);
    const start = { runId, fence, step: 1, calls: [{ index: 0, deadline: 77 }] };
    await world.journal.startCalls(start);
    expect(await codeOf(world.journal.startCalls(start))).toBe('request.invalid');
    const stored = await world.reader.findRun(runId);
    expect(stored?.steps[0]?.calls[0]).toMatchObject({ state: 'started', attempt: 1 });
  });

  it('starts all calls of one request or none', async () => {
    const world = get();
    const { runId, fence } = await calling(world, [callOf(0), callOf(1, { gated: true })]);
    const calls = [
      { index: 0, deadline: 1 },
      { index: 1, deadline: 1 },
    ];
    expect(await codeOf(world.journal.startCalls({ runId, fence, step: 1, calls }))).toBe(
      'tool.denied',
    );
    const stored = await world.reader.findRun(runId);
    expect(stored?.steps[0]?.calls.map(({ state }) => state)).toEqual(['planned', 'planned']);
  });

  it('taints the session with what a call brought, for every later run', async () => {
    const world = get();
    const { journal } = world;
    const run = await calling(world, [callOf(0)]);
    const { runId, fence, sessionId } = run;
    await journal.startCalls({ runId, fence, step: 1, calls: [{ index: 0, deadline: 1 }] });
    const end = { runId, fence, step: 1, index: 0, state: 'done' as const, outbound: [] };
    await journal.finishCall({ ...end, result: resultOf('call-0', 'x'), taint: ['web'] });
    await journal.abortRun({ sessionId, by: 'user', cancelQueued: false, closing: [] });
    await world.say({ text: 'and now?', taint: ['group'] });
    expect((await world.claim(sessionId)).taint).toEqual(['web', 'group']);
  });

  it('stores a result with the messages and the taint that came with it', async () => {
    const world = get();
    const { runId, fence, sessionId } = await calling(world, [callOf(0)]);
    const { journal, reader, draft } = world;
    await journal.startCalls({ runId, fence, step: 1, calls: [{ index: 0, deadline: 1 }] });
    const outbound = [draft({ origin: `${runId}:1:0` })];
    const end = { runId, fence, step: 1, index: 0, state: 'done' as const, outbound };
    const result = resultOf('call-0', 'found it');
    const done = await journal.finishCall({ ...end, result, taint: ['web'] });
    expect(done.events).toMatchObject([{ kind: 'tool.result', ref: { step: 1, index: 0 } }]);
    expect(done.conversations).toHaveLength(1);
    const again = await journal.finishCall({ ...end, result: resultOf('call-0', 'x'), taint: [] });
    expect(again).toEqual({ events: [], conversations: [] });
    const stored = await reader.findRun(runId);
    expect(stored?.steps[0]?.calls[0]).toMatchObject({ state: 'done', result });
    await world.reopen();
    expect((await world.claim(sessionId)).taint).toEqual(['web']);
  });

  it.each([
    ['planned', 'done', 'request.invalid'],
    ['planned', 'unknown', 'request.invalid'],
    ['planned', 'failed', 'ok'],
    ['planned', 'cancelled', 'ok'],
    ['started', 'done', 'ok'],
    ['started', 'failed', 'ok'],
    ['started', 'unknown', 'ok'],
    ['started', 'cancelled', 'request.invalid'],
  ] as const)('lets a call go from %s to %s: %s', async (from, state, outcome) => {
    const world = get();
    const { runId, fence } = await calling(world, [callOf(0)]);
    const { journal } = world;
    if (from === 'started')
      await journal.startCalls({ runId, fence, step: 1, calls: [{ index: 0, deadline: 1 }] });
    const end = { runId, fence, step: 1, index: 0, state, taint: [], outbound: [] };
    const ended = journal.finishCall({ ...end, result: resultOf('call-0') });
    const told = outcome === 'ok' ? ended.then(() => 'ok') : codeOf(ended);
    expect(await told).toBe(outcome);
  });

  it('tells a call that never started together with its end', async () => {
    const world = get();
    const { runId, fence } = await calling(world, [callOf(0)]);
    const end = { runId, fence, step: 1, index: 0, taint: [], outbound: [] };
    const { events } = await world.journal.finishCall({
      ...end,
      state: 'failed',
      result: resultOf('call-0'),
    });
    expect(events.map(({ kind }) => kind)).toEqual(['tool.call', 'tool.result']);
  });

  it('changes no call that has ended, and knows no call that was not planned', async () => {
    const world = get();
    const { runId, fence } = await calling(world, [callOf(0)]);
    const { journal } = world;
    const end = { runId, fence, step: 1, taint: [], outbound: [], result: resultOf('call-0') };
    await journal.finishCall({ ...end, index: 0, state: 'failed' });
    expect(await codeOf(journal.finishCall({ ...end, index: 0, state: 'done' }))).toBe(
      'request.invalid',
    );
    const start = { runId, fence, step: 1, calls: [{ index: 0, deadline: 1 }] };
    expect(await codeOf(journal.startCalls(start))).toBe('request.invalid');
    expect(await codeOf(journal.finishCall({ ...end, index: 5, state: 'failed' }))).toBe(
      'request.invalid',
    );
  });
}
