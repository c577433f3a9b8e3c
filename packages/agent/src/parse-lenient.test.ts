import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseLenient } from './parse-lenient.ts';

const Vector = z.object({
  lib: z.string(),
  input: z.string(),
  expected: z.json().optional(),
  throws: z.literal(true).optional(),
});
const vectors = z
  .array(Vector)
  .parse(JSON.parse(await readFile(new URL('fixtures/broken-json.json', import.meta.url), 'utf8')));

describe('parseLenient', () => {
  // The one difference: json_repair makes '' of a bare `False`.
  it('reads what has one reading as two repair libraries do, and refuses the rest', () => {
    const read = vectors.filter((vector) => parseLenient(vector.input) !== undefined);
    const other = read.filter(
      (vector) => !isDeepStrictEqual(parseLenient(vector.input), vector.expected),
    );
    expect(other.map((vector) => `${vector.lib} ${vector.input}`)).toMatchInlineSnapshot(`
      [
        "json_repair False",
      ]
    `);
    expect(read.length).toMatchInlineSnapshot(`57`);
  });

  it.each([
    ['a comment', '{"a": /* one */ 1, // two\n "b": 2}', { a: 1, b: 2 }],
    ['trailing commas', '{"a": [1, 2,],}', { a: [1, 2] }],
    ['single quotes and bare keys', "{path: 'it\\'s \"here\"'}", { path: 'it\'s "here"' }],
    ['words of Python', '{"a": True, "b": None, "c": False}', { a: true, b: null, c: false }],
    ['raw line breaks in text', '{"a": "one\ntwo\ttab"}', { a: 'one\ntwo\ttab' }],
    ['a code fence', '```json\n{"a": "```"}\n```', { a: '```' }],
    ['unicode escapes', '{"a": "\\u00e4\\ud83d\\ude00"}', { a: 'ä😀' }],
    ['a key of the prototype', '{"__proto__": {"x": 1}}', JSON.parse('{"__proto__": {"x": 1}}')],
  ])('reads %s', (_what, text, expected) => {
    expect(parseLenient(text)).toEqual(expected);
  });

  it.each([
    ['cut off in text', '{"path": "a.txt", "content": "hello wor'],
    ['cut off in an object', '{"a": {"b": 2}'],
    ['cut off in a list', '{"a": [1, 2'],
    ['an unescaped quote', '{"a": "he said "hi" to me"}'],
    ['an apostrophe in single quotes', "{'a': 'it's'}"],
    ['a missing comma', '{"a": 1 "b": 2}'],
    ['an escape that JSON does not have', '{"pattern": "\\d+"}'],
    ['a key given twice', '{a: 1, a: 2}'],
    ['two values', '{"a": 1} {"b": 2}'],
    ['prose around it', 'Here you are: {"a": 1}'],
    ['bare text', '{a: hello}'],
    ['a comment without end', '{"a": 1 /* }'],
    ['nesting without end', '['.repeat(100_000)],
  ])('refuses %s', (_what, text) => {
    expect(parseLenient(text)).toBeUndefined();
  });

  it('reads every JSON text as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (text) => {
        expect(parseLenient(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('answers for any text, in time that grows with its length', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'{}[]"\'\\/*,: \nau0-.e`'.split('')) }),
        (text) => {
          expect(() => parseLenient(text)).not.toThrow();
        },
      ),
      { numRuns: 2000 },
    );
    expect(parseLenient(`${'/**/ '.repeat(200_000)}1`)).toBe(1);
    expect(parseLenient(`"${'\\"'.repeat(500_000)}`)).toBeUndefined();
  });
});
