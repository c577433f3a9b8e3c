import { describe, expect, it } from 'vitest';
import { toInputFields, toInputLine, toVisible } from './call-input.ts';

describe('the arguments of a call', () => {
  it('are one line of what they say', () => {
    expect(toInputLine({ path: 'a\n  b', count: 2, list: [1] })).toBe('a b · 2 · [ 1 ]');
    expect(toInputLine({ text: 'x'.repeat(1000) }).length).toBe(160);
    expect(toInputLine('{"cut')).toBe('{"cut');
    expect(toInputLine(undefined)).toBe('');
  });

  it('are fields with all of their lines', () => {
    expect(toInputFields({ to: 'a', body: { x: 1 } })).toEqual([
      { name: 'to', text: 'a' },
      { name: 'body', text: '{\n  "x": 1\n}' },
    ]);
    expect(toInputFields('not JSON')).toEqual([{ name: '', text: 'not JSON' }]);
    expect(toInputFields({})).toEqual([]);
  });

  it('hide nothing: what has no look of its own is written out', () => {
    expect(toVisible('rm \u202Etxt.exe\u202C')).toBe('rm \\u{202E}txt.exe\\u{202C}');
    expect(toVisible('a\u200Bb\u0000\u{E0041}')).toBe('a\\u{200B}b\\u{0}\\u{E0041}');
    expect(toVisible('tab\tline\n 日本 🦑')).toBe('tab\tline\n 日本 🦑');
  });
});
