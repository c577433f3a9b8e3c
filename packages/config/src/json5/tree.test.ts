import { anything, assert as check, property, string, constantFrom, array } from 'fast-check';
import json5 from 'json5';
import { describe, expect, it } from 'vitest';
import { parseJson5, toValue } from './tree.ts';

const parse = (text: string): unknown => toValue(parseJson5(text));

/** What the reference implementation says: the value, or that it is none. */
function reference(text: string): { value: unknown } | 'refused' {
  try {
    return { value: json5.parse(text) };
  } catch {
    return 'refused';
  }
}
function ours(text: string): { value: unknown } | 'refused' {
  try {
    return { value: parse(text) };
  } catch {
    return 'refused';
  }
}

describe('parseJson5', () => {
  it.each([
    `{a:1,}`,
    `{'a':'b\\\nc',"d":'e\\\r\nf'}`,
    `[+1,-.5,5.,0xFF,-0x10,1e3,2.5E-2,Infinity,-Infinity,NaN,+NaN]`,
    `// c\n{/*x*/ $a_1: null, "q":true} // end`,
    `{ünï: 1, \\u0061b: 2, 𐊧: 3}`,
    `'\\x41\\u0042\\v\\0\\q\\'\\"'`,
    `\uFEFF{a:\u00a01}`,
    `{null:1,true:2,Infinity:3,NaN:4}`,
    `{a:1,a:2}`,
    `[]`,
    ` {} `,
  ])('reads %j as the reference does', (text) => {
    expect(parse(text)).toEqual(json5.parse(text));
  });

  it.each([
    '',
    '{',
    '{a:1 b:2}',
    '{a:}',
    '{a b:1}',
    '[1,,2]',
    '[,]',
    '{,}',
    '01',
    "'a\nb'",
    "'abc",
    "'\\1'",
    "'\\x4'",
    "'\\u12'",
    '/* open',
    'tru',
    '+true',
    '1 2',
    '{1a:2}',
    '0x',
    '.',
    '+ 1',
    '"\\',
  ])('refuses %j as the reference does', (text) => {
    expect([ours(text), reference(text)]).toEqual(['refused', 'refused']);
  });

  it('says where a text goes wrong', () => {
    expect(() => parse('{\n  a: 1\n  b: 2\n}')).toThrow(
      expect.objectContaining({ message: 'expected "," or "}", found "b"', offset: 11 }),
    );
    expect(() => parse('{ mode: loud }')).toThrow(
      expect.objectContaining({ message: '"loud" must be in quotes', offset: 8 }),
    );
  });

  it('refuses nesting that could exhaust the stack', () => {
    expect(() => parse('['.repeat(100_000))).toThrow('nested too deeply');
  });

  it('keeps a key __proto__ harmless', () => {
    const value = parse('{ __proto__: { admin: true } }');
    expect(Object.hasOwn(value as object, '__proto__')).toBe(true);
    expect((value as { admin?: boolean }).admin).toBeUndefined();
  });

  // fast-check's assert is the assertion of a property.
  it('reads back whatever the reference writes', () => {
    check(
      property(anything({ withNullPrototype: false }), (value) => {
        const text = json5.stringify([value], undefined, 2);
        expect(parse(text)).toEqual(json5.parse(text));
      }),
    );
  });

  it('agrees with the reference on noise', () => {
    const pieces = constantFrom(
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      'a',
      '"b"',
      "'",
      '1',
      '.',
      '-',
      ' ',
      '\n',
      '//',
      '/*',
      '*/',
      '\\',
      'u0041',
      'null',
    );
    check(
      property(array(pieces), string(), (parts, tail) => {
        for (const text of [parts.join(''), parts.join('') + tail])
          expect(ours(text)).toEqual(reference(text));
      }),
      { numRuns: 2000 },
    );
  });
});
