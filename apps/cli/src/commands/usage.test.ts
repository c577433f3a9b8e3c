import { describe, expect, it } from 'vitest';
import { openBench } from '../testing/run-command.ts';
import { useBenches } from '../testing/use-benches.ts';

const { own, benchWith } = useBenches();

const usage = { inputTokens: 1200, outputTokens: 80, cacheReadTokens: 1000 };
const rows = [
  {
    key: 'claude/sonnet',
    calls: 3,
    cutCalls: 0,
    estimatedCalls: 0,
    usage,
    costMicros: 4_200,
    unpricedCalls: 0,
  },
  {
    key: 'local/m1',
    calls: 2,
    cutCalls: 0,
    estimatedCalls: 0,
    usage,
    costMicros: 0,
    unpricedCalls: 2,
  },
  {
    key: 'mixed/m2',
    calls: 2,
    cutCalls: 0,
    estimatedCalls: 0,
    usage,
    costMicros: 12_340_000,
    unpricedCalls: 1,
  },
];
const cost = {
  by: 'model',
  since: '2026-10-23',
  rows,
  calls: 7,
  cutCalls: 2,
  estimatedCalls: 1,
  costMicros: 12_344_200,
};
const budget = {
  scope: 'agent:main',
  limitMicros: 5_000_000,
  spentMicros: 1_500_000,
  reservedMicros: 250_000,
};

describe('usage', () => {
  it('shows cost, what has no known price, and what is left of each budget', async () => {
    const { cli, gateway } = await benchWith({
      'usage.cost': () => ({ ...cost, unpricedCalls: 3 }),
      'usage.status': () => ({
        rows: [],
        budgets: [budget, { ...budget, scope: 'gateway', downgradeTo: 'local/m1' }],
      }),
    });
    const { status, out } = await cli.run('usage');
    expect(status).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "Model          Calls  Input  from cache  Output  Cost
      claude/sonnet  3      1200   1000        80      $0.0042
      local/m1       2      1200   1000        80      price unknown
      mixed/m2       2      1200   1000        80      $12.34 and 1 calls of unknown price
      7 calls since 2026-10-23 (UTC): $12.34 and 3 calls of unknown price
      2 of them were cut or given up before their answer was whole, 1 of them by estimate
      budget    agent:main: $1.50 of $5.00 spent today, $0.25 set aside, then runs end
      budget    gateway: $1.50 of $5.00 spent today, $0.25 set aside, then local/m1
      "
    `);
    expect(gateway.received.find(({ method }) => method === 'usage.cost')?.params).toEqual({
      by: 'model',
      days: 30,
    });
  });

  it('sums by what is asked for, as JSON too', async () => {
    const { cli, gateway } = await benchWith({
      'usage.cost': () => ({ ...cost, by: 'person', rows: [], calls: 0, unpricedCalls: 0 }),
      'usage.status': () => ({ rows: [], budgets: [] }),
    });
    const { out } = await cli.run('usage', '--by', 'person', '--days', '7', '--json');
    expect(JSON.parse(out)).toMatchObject({ by: 'person', rows: [], budgets: [] });
    expect(gateway.received.find(({ method }) => method === 'usage.cost')?.params).toEqual({
      by: 'person',
      days: 7,
    });
    expect((await cli.run('usage')).out).toBe('No model was asked since 2026-10-23 (UTC).\n');
  });

  it('refuses what cannot be summed by', async () => {
    const { cli } = await benchWith({});
    expect((await cli.run('usage', '--by', 'planet')).err).toContain('Allowed choices are day');
    expect((await cli.run('usage', '--days', '0')).err).toContain('whole number above 0');
  });
});

describe('model', () => {
  const models = [
    {
      id: 'claude/sonnet',
      provider: 'claude',
      isDefault: true,
      contextWindow: 200_000,
      maxOutputTokens: 64_000,
      inputs: ['text', 'image'],
      thinking: ['low', 'high'],
      prices: {
        input: 3_000_000,
        output: 15_000_000,
        tiers: [{ aboveInputTokens: 200_000, input: 6_000_000, output: 22_500_000 }],
      },
    },
    { id: 'local/m1', provider: 'local', isDefault: false, thinking: [] },
  ];
  it('list shows what is known of each, and who could not be asked', async () => {
    const { cli, gateway } = await benchWith({
      'models.list': () => ({
        models,
        default: 'claude/sonnet',
        reason: 'the first',
        failures: [{ provider: 'local', code: 'provider.network', message: 'Nobody there.' }],
      }),
    });
    const { out } = await cli.run('model', 'list', '--refresh');
    expect(out).toMatchInlineSnapshot(`
      "   Model          Context  Answer  Input          Output           Takes        Thinks
      *  claude/sonnet  200000   64000   $3.00          $15.00 and more  text, image  low, high
         local/m1                        price unknown                                no
      the first
      local did not tell its models. provider.network: Nobody there.
      "
    `);
    expect(gateway.received.find(({ method }) => method === 'models.list')?.params).toEqual({
      refresh: true,
    });
  });

  it.each([
    [{ model: 'a/b', ok: true, firstTokenMs: 12.4, totalMs: 30 }, 0, 'after 12 ms, all after 30'],
    [
      { model: 'a/b', ok: false, error: { code: 'provider.auth', message: 'No.', hint: 'Key?' } },
      1,
      'a/b does not answer. provider.auth: No.\nKey?',
    ],
  ])('test tells how it went: %j', async (result, status, words) => {
    const { cli, gateway } = await benchWith({ 'models.test': () => result });
    const ran = await cli.run('model', 'test', 'a/b');
    expect(ran.status).toBe(status);
    expect(ran.out).toContain(words);
    expect(gateway.received.at(-1)?.params).toEqual({ model: 'a/b' });
  });

  it('set makes a model the default of the gateway that runs', async () => {
    const { cli, gateway } = await benchWith({
      'providers.status': () => ({ providers: [{ id: 'claude' }], default: 'x', reason: '' }),
      'config.set': () => ({ hash: 'h', restart: [] }),
    });
    expect((await cli.run('model', 'set', 'claude/opus')).out).toBe('Changed, and in force.\n');
    expect(gateway.received.at(-1)?.params).toEqual({
      path: 'agents.defaults.model',
      value: 'claude/opus',
    });
    const { err } = await cli.run('model', 'set', 'cloud/opus');
    expect(err).toContain('No provider is set up for the model "cloud/opus".');
    expect(gateway.received.filter(({ method }) => method === 'config.set')).toHaveLength(1);
  });

  it('set writes the file where no gateway runs', async () => {
    const cli = await openBench();
    own(cli);
    expect((await cli.run('model', 'set', 'claude/opus')).status).toBe(0);
    expect((await cli.run('config', 'get', 'agents.defaults.model')).out).toBe('claude/opus\n');
    expect((await cli.run('model', 'set', 'opus')).err).toContain('No provider is set up');
  });
});
