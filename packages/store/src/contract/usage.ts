import type { Reservation } from '@cuttle/core-types/ports';
import { expect, it } from 'vitest';
import type { World } from './world.ts';

/** Calls that belong to no run are counted like all others. */
export function describeUsage(get: () => World): void {
  const call = {
    callId: 'call-1',
    agentId: 'main',
    personId: 'person-1',
    provider: 'openai',
    model: 'text-embedding-3-small',
    usage: { inputTokens: 1000, outputTokens: 0 },
    costMicros: 20,
  };
  const since = (): number => get().now() - 1;

  it('adds a call to its day, agent, person and model, once', async () => {
    const { journal, reader } = get();
    await Promise.all([journal.addUsage(call), journal.addUsage(call)]);
    await journal.addUsage({ ...call, callId: 'call-2' });
    const rows = await reader.usageBy({ since: since(), by: 'model', limit: 10 });
    expect(rows).toMatchObject([
      {
        key: 'openai/text-embedding-3-small',
        calls: 2,
        costMicros: 40,
        unpricedCalls: 0,
        usage: { inputTokens: 2000, outputTokens: 0 },
      },
    ]);
    const of = async (by: 'agent' | 'person' | 'session'): Promise<readonly string[]> =>
      (await reader.usageBy({ since: since(), by, limit: 10 })).map(({ key }) => key);
    expect([await of('agent'), await of('person'), await of('session')]).toEqual([
      ['main'],
      ['person-1'],
      [],
    ]);
  });

  it('counts a call without a known price apart', async () => {
    const { journal, reader } = get();
    await journal.addUsage({ ...call, costMicros: undefined });
    const [row] = await reader.usageBy({ since: since(), by: 'model', limit: 10 });
    expect(row).toMatchObject({ calls: 1, costMicros: 0, unpricedCalls: 1 });
  });

  it('takes it from the budgets of the day', async () => {
    const { journal, reader, begin } = get();
    const run = await begin();
    const reserve = (): Promise<unknown> =>
      journal.reserveBudget({
        runId: run.runId,
        fence: run.fence,
        step: 1,
        agentId: run.agentId,
        personId: run.principal.id,
        amountMicros: 90,
        limits: [{ scope: 'gateway', limitMicros: 100 }],
      });
    expect(await reserve()).toEqual({ kind: 'reserved' });
    await journal.addUsage(call);
    const scopes = ['gateway', 'agent:main', 'person:person-1'] as const;
    expect(await reader.readSpending({ scopes })).toMatchObject([
      { spentMicros: 20 },
      { spentMicros: 20 },
      { spentMicros: 20 },
    ]);
    expect(await reserve()).toMatchObject({ kind: 'refused', spentMicros: 20 });
  });

  const reserve = (callId: string, amountMicros: number): Promise<Reservation> => {
    const { agentId, personId } = call;
    const limits = [
      { scope: 'gateway', limitMicros: 100 },
      { scope: 'person:person-1', limitMicros: 90 },
    ] as const;
    return get().journal.reserveUsage({ callId, agentId, personId, amountMicros, limits });
  };
  const gateway = async (): Promise<unknown> =>
    (await get().reader.readSpending({ scopes: ['gateway'] }))[0];

  it('sets aside what two at once may cost, so that they stay within a budget together', async () => {
    const results = await Promise.all([reserve('call-1', 60), reserve('call-2', 60)]);
    expect(results.map(({ kind }) => kind).toSorted()).toEqual(['refused', 'reserved']);
    expect(await gateway()).toMatchObject({ spentMicros: 0, reservedMicros: 60 });
    expect(await reserve('call-3', 31)).toMatchObject({
      kind: 'refused',
      scope: 'person:person-1',
      reservedMicros: 60,
    });
  });

  it('settles it to what the call cost, and gives it back where the call failed', async () => {
    const { journal } = get();
    await reserve('call-1', 40);
    await reserve('call-1', 50);
    await reserve('call-2', 40);
    await journal.addUsage(call);
    expect(await gateway()).toMatchObject({ spentMicros: 20, reservedMicros: 40 });
    await journal.releaseUsage({ callId: 'call-2' });
    expect(await gateway()).toMatchObject({ spentMicros: 20, reservedMicros: 0 });
  });

  it('holds it beside what runs set aside, and no longer than a life of the store', async () => {
    const world = get();
    await reserve('call-1', 60);
    const { runId, fence, agentId, principal } = await world.begin();
    const limits = [{ scope: 'gateway', limitMicros: 100 }] as const;
    const asked = { runId, fence, step: 1, agentId, personId: principal.id, limits };
    expect(await world.journal.reserveBudget({ ...asked, amountMicros: 41 })).toMatchObject({
      kind: 'refused',
      reservedMicros: 60,
    });
    await world.reopen();
    expect(await gateway()).toMatchObject({ reservedMicros: 0 });
    await world.journal.sweep({ limit: 10 });
  });
}
