import { assert, constantFrom, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeEntities } from './entities.ts';
import { highlight } from './highlight.ts';
import { splitLines } from './split-lines.ts';

const code = string({ unit: constantFrom(...'ab1 \n"\'`\\/*#-_.x{}$'.split('')), maxLength: 200 });
const langs = constantFrom('ts', 'py', 'sql', 'json', 'unknown', '');

describe('highlight', () => {
  it('loses and adds nothing, whatever the code', () => {
    assert(
      property(code, langs, (text, lang) => {
        expect(
          highlight(text, lang)
            .map((piece) => piece.text)
            .join(''),
        ).toBe(text);
      }),
    );
  });

  it('tells comments, strings, numbers and words apart', () => {
    expect(
      highlight('const a = "x"; // 1\nf(0x1F)', 'ts').filter(({ kind }) => kind !== 'plain'),
    ).toEqual([
      { kind: 'keyword', text: 'const' },
      { kind: 'string', text: '"x"' },
      { kind: 'comment', text: '// 1' },
      { kind: 'number', text: '0x1F' },
    ]);
  });

  it('leaves a language that it does not know alone', () => {
    expect(highlight('const a', 'klingon')).toEqual([{ kind: 'plain', text: 'const a' }]);
  });

  it('takes hostile code in good time', () => {
    const start = performance.now();
    for (const text of [
      '"'.repeat(50_000),
      '/*'.repeat(50_000),
      '`\\'.repeat(50_000),
      '"""'.repeat(30_000),
    ])
      highlight(text, 'ts');
    expect(performance.now() - start).toBeLessThan(6000);
  });
});

describe('splitLines', () => {
  it('cuts a text into pieces that are the text, and keeps all but the last while it grows', () => {
    assert(
      property(code, code, (text, more) => {
        const before = splitLines(text, 3);
        const after = splitLines(text + more, 3);
        expect(before.join('')).toBe(text);
        expect(after.slice(0, before.length - 1)).toEqual(before.slice(0, -1));
      }),
    );
  });
});

describe('decodeEntities', () => {
  it('turns what no character may be into the replacement character', () => {
    expect(decodeEntities('&#0;&#xD800;&#x110000;&#x41;&#66;')).toBe('\uFFFD\uFFFD\uFFFDAB');
  });
});
