import { all, create } from 'mathjs';

const maxResultChars = 4000;

const forbidden = [
  'import',
  'config',
  'createUnit',
  'evaluate',
  'parse',
  'parser',
  'compile',
  'simplify',
  'derivative',
  'resolve',
  'reviver',
] as const;
const math = create(all ?? {});
// https://mathjs.org/docs/expressions/security.html: what would reach beyond an expression is taken away from expressions.
const evaluate = math.evaluate.bind(math);
const format = math.format.bind(math);
const refuse = (name: string) => (): never => {
  throw new Error(`${name} is not available`);
};
math.import(Object.fromEntries(forbidden.map((name) => [name, refuse(name)])), { override: true });

/** The value of an expression as text. Throws mathjs' own errors, which name the place. */
export function evaluateExpression(expression: string): string {
  const value: unknown = evaluate(expression, {});
  if (typeof value === 'function')
    throw new Error('The result is a function; call it with a value.');
  if (value === undefined) throw new Error('The expression has no value.');
  const text = format(value, { precision: 14 });
  return text.length <= maxResultChars
    ? text
    : `${text.slice(0, maxResultChars)}… (${text.length} characters)`;
}
