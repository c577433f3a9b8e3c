import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dollarText, microsOf } from './money.ts';
import { costOf, ModelPrices, mostCostOf } from './prices.ts';

const sonnet: ModelPrices = {
  input: 3_000_000,
  output: 15_000_000,
  cacheRead: 300_000,
  cacheWrite: 3_750_000,
};
const tiered: ModelPrices = {
  input: 1_250_000,
  output: 10_000_000,
  cacheRead: 125_000,
  tiers: [
    { aboveInputTokens: 200_000, input: 2_500_000, output: 15_000_000, cacheRead: 250_000 },
    { aboveInputTokens: 500_000, input: 5_000_000, output: 20_000_000 },
  ],
};

describe('costOf', () => {
  it.each([
    ['input and output', { inputTokens: 1000, outputTokens: 200 }, 3000 + 3000],
    ['reasoning within the output', { inputTokens: 0, outputTokens: 10, reasoningTokens: 9 }, 150],
    [
      'cached tokens apart from other input',
      { inputTokens: 1000, outputTokens: 0, cacheReadTokens: 600, cacheWriteTokens: 100 },
      900 + 180 + 375,
    ],
    ['half a microdollar as one', { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0 }, 0],
  ])('counts %s', (_what, usage, micros) => {
    expect(costOf(sonnet, usage)).toBe(micros);
  });

  it('rounds half up, once for a call', () => {
    const prices = { input: 500_000, output: 500_000 };
    expect(costOf(prices, { inputTokens: 1, outputTokens: 0 })).toBe(1);
    expect(costOf(prices, { inputTokens: 1, outputTokens: 1 })).toBe(1);
    expect(costOf({ input: 499_999, output: 0 }, { inputTokens: 1, outputTokens: 0 })).toBe(0);
  });

  it('takes the rates of the highest step that the input passes', () => {
    expect(costOf(tiered, { inputTokens: 200_000, outputTokens: 1000 })).toBe(250_000 + 10_000);
    expect(costOf(tiered, { inputTokens: 200_001, outputTokens: 1000 })).toBe(500_003 + 15_000);
    expect(costOf(tiered, { inputTokens: 600_000, outputTokens: 1000 })).toBe(3_000_000 + 20_000);
  });

  it('takes cached input as other input where the service tells no rate', () => {
    const usage = { inputTokens: 100, outputTokens: 0, cacheReadTokens: 60, cacheWriteTokens: 40 };
    expect(costOf({ input: 1_000_000, output: 0 }, usage)).toBe(100);
  });

  it('stays whole and sane with counts that cannot be', () => {
    const usage = {
      inputTokens: 5,
      outputTokens: Number.MAX_SAFE_INTEGER,
      cacheReadTokens: 900,
      cacheWriteTokens: 900,
    };
    expect(costOf(sonnet, usage)).toBe(1_000_000_000_000);
    expect(costOf(sonnet, { ...usage, outputTokens: 0 })).toBe(2);
  });
});

const count = fc.integer({ min: 0, max: 2_000_000 });
const rate = fc.integer({ min: 0, max: 150_000_000 });
const rates = { input: rate, output: rate };
const caching = { cacheRead: fc.option(rate, { nil: undefined }), cacheWrite: rate };
const anyPrices = fc.record({
  ...rates,
  ...caching,
  tiers: fc.option(
    fc.array(fc.record({ aboveInputTokens: fc.integer({ min: 1, max: 900_000 }), ...rates }), {
      minLength: 1,
      maxLength: 3,
    }),
    { nil: undefined },
  ),
});

describe('mostCostOf', () => {
  it('is never below what a call within the bound costs', () => {
    fc.assert(
      fc.property(anyPrices, count, count, count, count, (prices, input, output, read, written) => {
        const usage = {
          inputTokens: input,
          outputTokens: output,
          cacheReadTokens: read,
          cacheWriteTokens: written,
        };
        const bound = { inputTokens: input, outputTokens: output };
        expect(costOf(prices, usage)).toBeLessThanOrEqual(mostCostOf(prices, bound));
        const roomy = { inputTokens: input + 10_000, outputTokens: output + 10 };
        expect(mostCostOf(prices, bound)).toBeLessThanOrEqual(mostCostOf(prices, roomy));
      }),
    );
  });
});

describe('money as text', () => {
  it.each([
    [0, '$0.00'],
    [1, '$0.000001'],
    [4200, '$0.0042'],
    [10_000, '$0.01'],
    [1_234_500_000, '$1,234.50'],
    [9_990, '$0.00999'],
    [-2_500_000, '-$2.50'],
  ])('%d microdollars are %s', (micros, text) => {
    expect(dollarText(micros)).toBe(text);
  });

  it('takes dollars as people write them', () => {
    expect([0.1, 3, 0.0375, 18.75].map(microsOf)).toEqual([100_000, 3_000_000, 37_500, 18_750_000]);
  });

  it('refuses prices that are not whole microdollars', () => {
    expect(ModelPrices.safeParse({ input: 0.5, output: 1 }).success).toBe(false);
    expect(ModelPrices.safeParse({ input: -1, output: 1 }).success).toBe(false);
  });
});
