import type { BudgetLimit, ClaimedRun, Reservation } from '@cuttle/core-types/ports';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { codeOf, type World } from './world.ts';

const gateway = (limitMicros: number): BudgetLimit => ({ scope: 'gateway', limitMicros });

/** Money is set aside before a call, so that calls made at once cannot spend more than there is. */
export function describeBudgets(get: () => World): void {
  const reserve = (
    run: ClaimedRun,
    amountMicros: number,
    limits: readonly BudgetLimit[],
    step = 1,
  ): Promise<Reservation> => {
    const { runId, fence, agentId, principal } = run;
    const who = { agentId, personId: principal.id };
    return get().journal.reserveBudget({ runId, fence, step, ...who, amountMicros, limits });
  };
  const spend = async (run: ClaimedRun, costMicros: number | undefined): Promise<void> => {
    const { record, complete } = get();
    const last = { ...record(run, 1), costMicros, personId: run.principal.id, reserved: true };
    await complete(run, { last });
  };
  const spendingOf = async (...scopes: readonly BudgetLimit['scope'][]) =>
    get().reader.readSpending({ scopes });

  it('sets aside what fits, and refuses what does not with the numbers', async () => {
    const { begin } = get();
    const [one, two] = [await begin({ session: 'a' }), await begin({ session: 'b' })];
    expect(await reserve(one, 60, [gateway(100)])).toEqual({ kind: 'reserved' });
    expect(await reserve(two, 41, [gateway(100)])).toEqual({
      kind: 'refused',
      scope: 'gateway',
      limitMicros: 100,
      spentMicros: 0,
      reservedMicros: 60,
    });
    expect(await reserve(two, 40, [gateway(100)])).toEqual({ kind: 'reserved' });
    expect(await spendingOf('gateway')).toEqual([
      { scope: 'gateway', spentMicros: 0, reservedMicros: 100 },
    ]);
  });

  it('settles it to what the call cost, with the step', async () => {
    const { begin } = get();
    const run = await begin();
    await reserve(run, 60, [gateway(100)]);
    await spend(run, 25);
    expect(await spendingOf('gateway', 'agent:main', 'person:person-1', 'agent:other')).toEqual([
      { scope: 'gateway', spentMicros: 25, reservedMicros: 0 },
      { scope: 'agent:main', spentMicros: 25, reservedMicros: 0 },
      { scope: 'person:person-1', spentMicros: 25, reservedMicros: 0 },
      { scope: 'agent:other', spentMicros: 0, reservedMicros: 0 },
    ]);
  });

  it('asks every limit, and sets nothing aside where one has no room', async () => {
    const { begin } = get();
    const mine = await begin({ session: 'a', principal: 'person-1' });
    const yours = await begin({ session: 'b', principal: 'person-2' });
    const limits = (person: string): BudgetLimit[] => [
      gateway(1_000),
      { scope: 'agent:main', limitMicros: 500 },
      { scope: `person:${person}`, limitMicros: 50 },
    ];
    expect(await reserve(mine, 51, limits('person-1'))).toMatchObject({
      kind: 'refused',
      scope: 'person:person-1',
    });
    expect(await spendingOf('gateway')).toMatchObject([{ reservedMicros: 0 }]);
    expect(await reserve(mine, 50, limits('person-1'))).toEqual({ kind: 'reserved' });
    expect(await reserve(yours, 50, limits('person-2'))).toEqual({ kind: 'reserved' });
    expect(await spendingOf('agent:main', 'person:person-2')).toMatchObject([
      { reservedMicros: 100 },
      { reservedMicros: 50 },
    ]);
  });

  it('counts what was spent before there was a budget, and while there was none', async () => {
    const { begin, complete } = get();
    await complete(await begin({ session: 'a' }));
    const run = await begin({ session: 'b' });
    expect(await reserve(run, 94, [gateway(100)])).toMatchObject({ spentMicros: 7 });
    await complete(await begin({ session: 'c' }));
    expect(await reserve(run, 86, [gateway(100)])).toEqual({ kind: 'reserved' });
    expect(await reserve(run, 87, [gateway(100)])).toMatchObject({ spentMicros: 14 });
  });

  it('replaces what an earlier attempt of the step set aside', async () => {
    const { begin, journal } = get();
    const run = await begin();
    await reserve(run, 100, [gateway(100)]);
    await journal.restartStep({ runId: run.runId, fence: run.fence, step: 1 });
    expect(await reserve(run, 90, [gateway(100)])).toEqual({ kind: 'reserved' });
    expect(await spendingOf('gateway')).toMatchObject([{ reservedMicros: 90 }]);
  });

  it.each(['failed', 'aborted', 'interrupted'] as const)(
    'gives it back when the run is %s',
    async (end) => {
      const { begin, journal, say, draft } = get();
      const run = await begin();
      const { runId, fence, sessionId } = run;
      await reserve(run, 100, [gateway(100)]);
      const error = { code: 'internal', message: '' };
      if (end === 'failed') await journal.failRun({ runId, fence, error, notice: [draft()] });
      if (end === 'aborted')
        await journal.abortRun({ sessionId, by: 'user', cancelQueued: true, closing: [] });
      if (end === 'interrupted') {
        await say({ mode: 'interrupt' });
        await journal.interruptRun({ sessionId, fence: 'another', closing: [] });
      }
      expect(await spendingOf('gateway')).toMatchObject([{ spentMicros: 0, reservedMicros: 0 }]);
    },
  );

  it('gives back what a life of the store that is over had set aside', async () => {
    const world = get();
    const cut = await world.begin({ session: 'a' });
    await reserve(cut, 100, [gateway(100)]);
    await world.reopen();
    expect(await spendingOf('gateway')).toMatchObject([{ reservedMicros: 0 }]);
    const other = await world.begin({ session: 'b' });
    expect(await reserve(other, 100, [gateway(100)])).toEqual({ kind: 'reserved' });
    await spend(other, 5);
    const resumed = await world.claim(cut.sessionId);
    expect(await reserve(resumed, 95, [gateway(100)])).toEqual({ kind: 'reserved' });
    await spend(resumed, 30);
    expect(await spendingOf('gateway')).toEqual([
      { scope: 'gateway', spentMicros: 35, reservedMicros: 0 },
    ]);
  });

  it('begins each day anew, but for calls that are under way', async () => {
    const { begin, advance } = get();
    const [one, two] = [await begin({ session: 'a' }), await begin({ session: 'b' })];
    await reserve(one, 10, [gateway(100)]);
    await spend(one, 10);
    await reserve(two, 80, [gateway(100)]);
    advance(86_400_000);
    expect(await spendingOf('gateway')).toMatchObject([{ spentMicros: 0, reservedMicros: 80 }]);
    const three = await begin({ session: 'c' });
    expect(await reserve(three, 21, [gateway(100)])).toMatchObject({ kind: 'refused' });
    await spend(two, 70);
    expect(await spendingOf('gateway')).toMatchObject([{ spentMicros: 70, reservedMicros: 0 }]);
  });

  it('is a thing of the open step of who holds the run', async () => {
    const { begin, journal, record } = get();
    const run = await begin();
    const stranger = { ...run, fence: 'another' };
    expect(await codeOf(reserve(stranger, 1, [gateway(100)]))).toBe('run.fence-lost');
    expect(await codeOf(reserve(run, 1, [gateway(100)], 2))).toBe('request.invalid');
    await journal.recordStep(record(run, 1));
    expect(await codeOf(reserve(run, 1, [gateway(100)]))).toBe('request.invalid');
  });

  it('forgets the counters of earlier days, not those of today', async () => {
    const world = get();
    const run = await world.begin();
    await reserve(run, 10, [gateway(100)]);
    await world.reopen();
    world.advance(60_000);
    await world.journal.sweep({ limit: 100 });
    for (let hour = 0; hour < 60; hour += 1) {
      world.advance(3_000_000);
      await world.journal.sweep({ limit: 100 });
    }
    expect((await world.journal.sweep({ limit: 100 })).changed).toBe(0);
    expect(await spendingOf('gateway')).toMatchObject([{ spentMicros: 0, reservedMicros: 0 }]);
  });

  it('is never overdrawn by calls at once, and every sum is the sum of the calls', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 300 }),
        fc.array(
          fc.record({
            most: fc.integer({ min: 0, max: 100 }),
            part: fc.double({ min: 0, max: 1, noNaN: true }),
            session: fc.constantFrom('a', 'b', 'c', 'd'),
            person: fc.constantFrom('p', 'q'),
            agent: fc.constantFrom('main', 'other'),
            model: fc.constantFrom('m1', 'm2'),
            priced: fc.boolean(),
          }),
          { minLength: 2, maxLength: 12 },
        ),
        async (room, calls) => {
          const world = get();
          world.advance(86_400_000);
          const since = world.now();
          const limits = [gateway(room)];
          const runs = await Promise.all(
            calls.map(({ session, person, agent }, at) =>
              world.begin({
                session: `${session}${agent}${at}${since}`,
                agentId: agent,
                principal: person,
              }),
            ),
          );
          const results = await Promise.all(
            runs.map(async (run, at) => {
              const { most = 0, part = 0, model = '', priced = false } = calls[at] ?? {};
              const costMicros = priced ? Math.floor(most * part) : undefined;
              const { kind } = await reserve(run, most, limits);
              const [seen] = await spendingOf('gateway');
              expect((seen?.spentMicros ?? 0) + (seen?.reservedMicros ?? 0)).toBeLessThanOrEqual(
                room,
              );
              const record = { ...world.record(run, 1), model, costMicros, reserved: true };
              const last = { ...record, personId: run.principal.id };
              if (kind === 'reserved') await world.complete(run, { last });
              return kind === 'reserved' ? (costMicros ?? 0) : undefined;
            }),
          );
          const done = results.filter((cost) => cost !== undefined);
          const total = { calls: done.length, cost: done.reduce((sum, cost) => sum + cost, 0) };
          const groupings = ['day', 'agent', 'model', 'session', 'person'] as const;
          const sums = await Promise.all(
            groupings.map(async (by) => {
              const rows = await world.reader.usageBy({ since, by, limit: 1_000 });
              const add = (pick: (row: (typeof rows)[number]) => number): number =>
                rows.reduce((sum, row) => sum + pick(row), 0);
              return { calls: add((row) => row.calls), cost: add((row) => row.costMicros) };
            }),
          );
          expect(sums).toEqual(groupings.map(() => total));
          expect(await spendingOf('gateway')).toEqual([
            { scope: 'gateway', spentMicros: total.cost, reservedMicros: 0 },
          ]);
        },
      ),
      { numRuns: 15 },
    );
  });

  it('tells calls without a known price apart from calls that cost nothing', async () => {
    const { begin, reader, now } = get();
    await spend(await begin({ session: 'a' }), undefined);
    await spend(await begin({ session: 'b' }), 0);
    expect(await reader.usageBy({ since: now(), by: 'model', limit: 10 })).toEqual([
      {
        key: 'local/m1',
        calls: 2,
        cutCalls: 0,
        estimatedCalls: 0,
        unpricedCalls: 1,
        costMicros: 0,
        usage: {
          inputTokens: 20,
          outputTokens: 10,
          cacheReadTokens: 0,
          cacheWriteTokens: 0,
          reasoningTokens: 0,
        },
      },
    ]);
  });

  it('sums by session and person, the dearest first', async () => {
    const { begin, reader, now } = get();
    await spend(await begin({ session: 'cheap', principal: 'p' }), 1);
    await spend(await begin({ session: 'dear', principal: 'q' }), 9);
    await spend(await begin({ session: 'dear', principal: 'p' }), 4);
    const by = async (one: 'session' | 'person', limit = 10): Promise<unknown[]> => {
      const rows = await reader.usageBy({ since: now(), by: one, limit });
      return rows.map(({ key, costMicros }) => [key, costMicros]);
    };
    expect(await by('session')).toEqual([
      ['dear', 13],
      ['cheap', 1],
    ]);
    expect(await by('person')).toEqual([
      ['q', 9],
      ['p', 5],
    ]);
    expect(await by('session', 1)).toEqual([['dear', 13]]);
  });
}
