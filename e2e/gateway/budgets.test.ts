import { echoScript, overloaded, type Script, text } from '@cuttle/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import type { ResultOf } from '@cuttle/core-types/protocol';
import { type OpenGateway, openGateway } from './open-gateway.ts';
import { payloadOf, type RawClient } from './raw-client.ts';

/** $1 for a million tokens of input and of output: a microdollar a token. */
const prices = { input: 1, output: 1 };

let gateway: OpenGateway;
afterEach(() => gateway[Symbol.asyncDispose]());

/** A gateway whose one provider has a dear, a free and an unpriced model. */
async function openPriced(
  budgets: object,
  more: object = {},
  script: Script = echoScript(),
): Promise<RawClient> {
  gateway = await openGateway({
    script,
    config: { budgets },
    adjust: (config) => {
      const { local } = config.providers;
      if (!local) throw new TypeError('The configuration has the provider "local".');
      local.models = [
        { id: 'gpt-4.1-mini', contextWindow: 128_000, prices },
        { id: 'gpt-4o-mini', prices: { input: 0, output: 0 } },
        { id: 'gpt-5-mini' },
      ];
      Object.assign(config.agents.defaults, more);
    },
  });
  return gateway.connect();
}

let messages = 0;
async function ask(client: RawClient, message: string, sessionKey = 'main') {
  messages += 1;
  const idempotencyKey = `m${messages}`;
  const sent = payloadOf(await client.call('chat.send', { sessionKey, message, idempotencyKey }));
  const { runId } = sent as ResultOf<'chat.send'>; // the method's own result
  return payloadOf(
    await client.call('agent.wait', { runId, timeoutMs: 20_000 }),
  ) as ResultOf<'agent.wait'>; // the method's own result
}
async function statusOf(client: RawClient): Promise<ResultOf<'usage.status'>> {
  return payloadOf(await client.call('usage.status', {})) as ResultOf<'usage.status'>; // the method's own result
}

describe('budgets', () => {
  it('cost nothing and say nothing where there is none', async () => {
    const client = await openPriced({});
    await ask(client, 'hello [[say=hi]]');
    const { rows, budgets } = await statusOf(client);
    expect(budgets).toEqual([]);
    expect(rows).toMatchObject([{ model: 'gpt-4.1-mini', calls: 1, unpricedCalls: 0 }]);
    expect(rows[0]?.costMicros).toBe(
      (rows[0]?.usage.inputTokens ?? 0) + (rows[0]?.usage.outputTokens ?? 0),
    );
    expect(JSON.stringify(gateway.model.requests[0])).not.toContain('max_tokens');
  });

  it('let a call be made that fits, and are charged what it cost', async () => {
    const client = await openPriced({ gateway: { usdPerDay: 0.1 }, answerTokens: 500 });
    expect((await ask(client, 'hello [[say=hi]]')).status).toBe('completed');
    const { rows, budgets } = await statusOf(client);
    expect(budgets).toEqual([
      {
        scope: 'gateway',
        limitMicros: 100_000,
        spentMicros: rows[0]?.costMicros,
        reservedMicros: 0,
      },
    ]);
    expect(rows[0]?.costMicros).toBeGreaterThan(0);
    expect(gateway.model.requests[0]).toMatchObject({ body: { max_tokens: 500 } });
  });

  it('end a run without room, with words that tell the next step', async () => {
    const client = await openPriced({ agents: { '*': { usdPerDay: 0.0001 } } });
    const fate = await ask(client, 'hello [[say=hi]]');
    expect(fate.status).toBe('failed');
    expect(JSON.stringify(fate)).toContain('budget.exceeded');
    expect(fate.text).toMatch(
      /Today's budget of the agent main has no room .* of \$0\.0001 .*budgets/s,
    );
    expect(gateway.model.requests).toEqual([]);
    expect((await statusOf(client)).budgets).toMatchObject([
      { scope: 'agent:main', spentMicros: 0 },
    ]);
  });

  it('ask the cheaper model where there is no room', async () => {
    const client = await openPriced({
      gateway: { usdPerDay: 0.0001, action: 'downgrade', model: 'local/gpt-4o-mini' },
    });
    expect((await ask(client, 'hello [[say=hi]]')).status).toBe('completed');
    const { rows, budgets } = await statusOf(client);
    expect(rows).toMatchObject([
      { model: 'gpt-4o-mini', calls: 1, costMicros: 0, unpricedCalls: 0 },
    ]);
    expect(budgets).toMatchObject([{ spentMicros: 0, downgradeTo: 'local/gpt-4o-mini' }]);
  });

  it('ask no model whose price nobody knows, and count it apart where there is no budget', async () => {
    const unpriced = { model: 'local/gpt-5-mini' };
    const client = await openPriced({ gateway: { usdPerDay: 5 } }, unpriced);
    const fate = await ask(client, 'hello');
    expect(JSON.stringify(fate)).toContain('budget.unpriced');
    await gateway[Symbol.asyncDispose]();
    const free = await openPriced({}, unpriced);
    await ask(free, 'hello [[say=hi]]');
    expect((await statusOf(free)).rows).toMatchObject([
      { calls: 1, unpricedCalls: 1, costMicros: 0 },
    ]);
  });

  it('leave out a fallback whose price nobody knows', async () => {
    const client = await openPriced(
      { gateway: { usdPerDay: 5 } },
      { fallbacks: ['local/gpt-5-mini'] },
    );
    expect((await ask(client, 'hello [[say=hi]]')).status).toBe('completed');
  });

  it('set aside what the dearest of those who may answer costs, also where it is a fallback', async () => {
    const limits = { gateway: { usdPerDay: 0.0001 } };
    const free = { model: 'local/gpt-4o-mini' };
    const alone = await openPriced(limits, free);
    expect((await ask(alone, 'hello [[say=hi]]')).status).toBe('completed');
    await gateway[Symbol.asyncDispose]();
    const chained = await openPriced(limits, { ...free, fallbacks: ['local/gpt-4.1-mini'] });
    expect(JSON.stringify(await ask(chained, 'hello [[say=hi]]'))).toContain('budget.exceeded');
    expect(gateway.model.requests).toEqual([]);
  });

  it('are charged at the price of the model that answered', async () => {
    const client = await openPriced(
      { gateway: { usdPerDay: 0.1 }, answerTokens: 500 },
      { model: 'local/gpt-4o-mini', fallbacks: ['local/gpt-4.1-mini'] },
      (call) => (call.model === 'gpt-4o-mini' ? overloaded() : [text('Hi.')]),
    );
    expect((await ask(client, 'hello [[say=hi]]')).status).toBe('completed');
    const { rows, budgets } = await statusOf(client);
    const { inputTokens = 0, outputTokens = 0 } = rows[0]?.usage ?? {};
    const costMicros = inputTokens + outputTokens;
    expect(costMicros).toBeGreaterThan(0);
    expect(rows).toMatchObject([{ model: 'gpt-4.1-mini', calls: 1, costMicros }]);
    expect(budgets).toMatchObject([{ spentMicros: costMicros, reservedMicros: 0 }]);
  });

  it('are never overdrawn by runs at once', async () => {
    const client = await openPriced({ gateway: { usdPerDay: 0.03 }, answerTokens: 400 });
    const fates = await Promise.all(
      Array.from({ length: 10 }, (_, at) => ask(client, 'hello [[say=hi]]', `s${at}`)),
    );
    const statuses = new Set(fates.map(({ status }) => status));
    expect([...statuses].toSorted()).toEqual(['completed', 'failed']);
    const { rows, budgets } = await statusOf(client);
    const cost = rows.reduce((sum, row) => sum + row.costMicros, 0);
    expect(cost).toBeLessThanOrEqual(30_000);
    expect(budgets).toMatchObject([{ spentMicros: cost, reservedMicros: 0 }]);
    expect(gateway.model.requests).toHaveLength(
      fates.filter(({ status }) => status === 'completed').length,
    );
  });

  it('tell what was spent by anything, and every sum is the same', async () => {
    const client = await openPriced({});
    await ask(client, 'one [[say=hi]]', 'a');
    await ask(client, 'two [[say=hello again]]', 'b');
    const { rows } = await statusOf(client);
    const cost = rows.reduce((sum, row) => sum + row.costMicros, 0);
    const metrics = await (await gateway.fetch('/metrics')).text();
    expect(metrics).toContain(`\ncuttle_cost_today_dollars ${cost / 1e6}\n`);
    expect(metrics).toContain('\ncuttle_calls_today 2\n');
    for (const by of ['day', 'agent', 'model', 'session', 'person']) {
      const result = payloadOf(await client.call('usage.cost', { by })) as ResultOf<'usage.cost'>; // the method's own result
      expect(result).toMatchObject({ by, calls: 2, costMicros: cost, unpricedCalls: 0 });
      expect(result.rows.reduce((sum, row) => sum + row.costMicros, 0)).toBe(cost);
    }
  });
});
