import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { methods } from './methods.ts';

describe('the protocol', () => {
  it('names each method once', () => {
    const names = methods.map(({ name }) => name);

    expect(new Set(names).size).toBe(names.length);
  });

  it.each(methods)(
    '$name has a summary and schemas that can be published',
    ({ summary, params, result }) => {
      expect(summary).toMatch(/^[A-Z].*\.$/);
      expect(z.toJSONSchema(params, { io: 'input', unrepresentable: 'any' })).toBeTypeOf('object');
      expect(z.toJSONSchema(result, { io: 'output', unrepresentable: 'any' })).toBeTypeOf('object');
    },
  );

  it('lets nothing but looking be done without a scope', () => {
    const free = methods.filter(({ scope }) => scope === undefined).map(({ name }) => name);

    expect(free).toEqual(['connect', 'protocol.describe', 'health', 'commands.list']);
  });
});
