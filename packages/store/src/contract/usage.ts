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
}
