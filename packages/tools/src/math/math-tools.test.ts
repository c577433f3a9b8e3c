import { describe, expect, it } from 'vitest';
import { evaluateExpression } from './evaluate-expression.ts';
import { createMathEvaluator } from './math-tools.ts';

describe('evaluateExpression', () => {
  it.each([
    ['0.1 + 0.2', '0.3'],
    ['2 * (3 + 4)^2', '98'],
    ['12.7 cm to inch', '5 inch'],
    ['mean([1, 2, 3, 10])', '4'],
    ['sqrt(-4)', '2i'],
    ['x = 5; x^2', '[25]'],
    ['det([1, 2; 3, 4])', '-2'],
    ['1 / 0', 'Infinity'],
    ['17 % 5', '2'],
    ['"text"', '"text"'],
  ])('makes of %s %s', (expression, expected) => {
    expect(evaluateExpression(expression)).toBe(expected);
  });

  it('forgets variables from one expression to the next', () => {
    evaluateExpression('leftOver = 5');
    expect(() => evaluateExpression('leftOver')).toThrow('Undefined symbol');
  });

  it('cuts a long result', () => {
    expect(evaluateExpression('range(1, 100000)').length).toBeLessThan(4100);
  });

  // https://mathjs.org/docs/expressions/security.html
  it.each([
    'import({a: 1})',
    'createUnit("foo")',
    'evaluate("1")',
    'parse("1")',
    'simplify("x")',
    'derivative("x", "x")',
    'config({})',
    'parser()',
    'f(x) = x',
    '"a".constructor',
    'cos.constructor("return process")()',
    '[].map.constructor("return 1")()',
    '{}.__proto__',
    'expression.docs',
    '2 +',
    'process.exit(1)',
    'require("fs")',
  ])('refuses %s', (expression) => {
    expect(() => evaluateExpression(expression)).toThrow(Error);
  });
});

describe('createMathEvaluator', () => {
  const clock = { sleep: () => new Promise<void>(() => undefined) };

  it('evaluates in a thread, says what is wrong, and outlives a hog', async () => {
    await using evaluator = createMathEvaluator({ clock });
    const { signal } = new AbortController();
    expect(await evaluator.evaluate('6 * 7', signal)).toBe('42');
    await expect(evaluator.evaluate('6 *', signal)).rejects.toMatchObject({ code: 'tool.failed' });
    await expect(evaluator.evaluate('zeros(20000, 20000)', signal)).rejects.toMatchObject({
      code: 'tool.failed',
    });
    expect(await evaluator.evaluate('6 * 7', signal)).toBe('42');
  }, 30_000);
});
