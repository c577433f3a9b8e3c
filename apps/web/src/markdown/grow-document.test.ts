import { array, assert, constantFrom, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyDocument, growDocument, type MarkdownDocument } from './grow-document.ts';

const pieces = [
  '# A heading\n\n',
  'Some *words* and `code`.\n',
  '\n',
  '- one\n- two\n',
  '  - below two\n',
  '1. first\n\n2. second\n',
  '> a quote\n',
  '```ts\nconst a = 1;\n',
  '```\n',
  '| a | b |\n|---|---|\n| 1 | 2 |\n',
  '---\n',
  '===\n',
  '<div>\nhtml\n</div>\n\n',
  '<!-- comment\n',
  '-->\n',
  '[x]: http://a.example\n\n',
  'see [x]\n\n',
  '    indented\n',
  '2',
  '. ',
  'a\r\nb\r\n',
  '\t- tab\n',
] as const;

const texts = array(constantFrom(...pieces), { maxLength: 14 }).map((all) => all.join(''));

function whole(text: string): MarkdownDocument {
  return growDocument(emptyDocument, text);
}

function raws({ blocks }: MarkdownDocument): readonly string[] {
  return blocks.map(({ token }) => `${token.type} ${token.raw.trim()}`);
}

describe('growDocument', () => {
  it('comes to the same blocks letter by letter as at once', () => {
    assert(
      property(texts, (text) => {
        let grown = emptyDocument;
        for (let end = 1; end <= text.length; end += 1)
          grown = growDocument(grown, text.slice(0, end));
        // A carriage return at the cut may still become part of a line end; the last step settles it.
        expect(raws(grown)).toEqual(raws(whole(text)));
      }),
      { numRuns: 300 },
    );
  });

  it('keeps settled blocks as they are, so that they are not drawn again', () => {
    const first = whole('One.\n\nTwo.\n\nThree');
    const second = growDocument(first, 'One.\n\nTwo.\n\nThree goes on.\n\nFour');
    expect(second.blocks[0]).toBe(first.blocks[0]);
    expect(second.blocks.map(({ id }) => id)).toEqual([0, 6, 12, 28]);
  });

  it('does not settle a paragraph that may be the next item of a list', () => {
    const cut = whole('1. a\n\n2');
    const grown = growDocument(cut, '1. a\n\n2. b\n');
    expect(raws(grown)).toEqual(['list 1. a\n\n2. b']);
  });

  it('begins anew where the text does not continue', () => {
    const document = growDocument(whole('Interrupted ans'), 'Another answer');
    expect(raws(document)).toEqual(['paragraph Another answer']);
  });

  it('knows links that were defined in settled blocks', () => {
    const document = growDocument(
      whole('[x]: http://a.example\n\nText.\n\n'),
      '[x]: http://a.example\n\nText.\n\n[x]',
    );
    expect(document.blocks.at(-1)?.token).toMatchObject({
      tokens: [{ type: 'link', href: 'http://a.example' }],
    });
  });

  it.each([
    ['quotes', '>'.repeat(20_000)],
    ['quoted lists', '> - '.repeat(10_000)],
    ['numbered depth', '1. '.repeat(10_000)],
    ['stars', 'a*'.repeat(100_000)],
    ['brackets', '['.repeat(50_000)],
    ['images', '![a]('.repeat(20_000)],
    ['ticks', '`a``b'.repeat(20_000)],
    ['angle brackets', '<'.repeat(100_000)],
    ['one word', 'x'.repeat(1_000_000)],
    ['blank lines', '\n'.repeat(200_000)],
  ])('reads hostile %s without losing a letter or hanging', (_name, text) => {
    const start = performance.now();
    const { blocks } = whole(text);
    expect(performance.now() - start).toBeLessThan(6000);
    expect(blocks.reduce((sum, { token }) => sum + token.raw.trim().length, 0)).toBe(
      text.trim().length,
    );
  });

  it('grows a long answer at a cost that does not grow with it', () => {
    const line = 'A line of an answer with some *emphasis* and a `word`.\n\n';
    let document = whole(line.repeat(5000));
    const start = performance.now();
    for (let count = 0; count < 100; count += 1)
      document = growDocument(document, document.text + line);
    expect(performance.now() - start).toBeLessThan(6000);
    expect(document.blocks.length).toBe(5100);
  });
});
