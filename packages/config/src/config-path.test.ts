import { array, assert as check, integer, oneof, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatConfigPath, parseConfigPath } from './config-path.ts';

describe('parseConfigPath', () => {
  it.each([
    ['gateway.port', ['gateway', 'port']],
    ['agents.list[0].model', ['agents', 'list', 0, 'model']],
    ['agents.list.0.model', ['agents', 'list', 0, 'model']],
    ['providers["my.own"].baseUrl', ['providers', 'my.own', 'baseUrl']],
    ['["a \\"b\\""]', ['a "b"']],
    ['channels.slack["123"]', ['channels', 'slack', '123']],
  ])('reads %s', (text, path) => {
    expect(parseConfigPath(text)).toEqual(path);
  });

  it.each(['', 'a..b', 'a.', '[x]', 'a["b]', 'a]'])('refuses %j', (text) => {
    expect(() => parseConfigPath(text)).toThrow(
      expect.objectContaining({ code: 'config.invalid' }),
    );
  });

  it('reads what formatConfigPath writes', () => {
    const part = oneof(string(), integer({ min: 0, max: 99 }));
    check(
      property(array(part, { minLength: 1 }), (path) => {
        expect(parseConfigPath(formatConfigPath(path))).toEqual(path);
      }),
    );
    expect(formatConfigPath(['agents', 'list', 0, 'a b'])).toBe('agents.list[0]["a b"]');
  });
});
