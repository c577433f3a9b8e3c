import { describe, expect, it } from 'vitest';
import { formatEntry } from './entry.ts';
import { readShared, splitChunks } from './split-chunks.ts';

const outline = (text: string): readonly string[] =>
  splitChunks(text).map(
    ({ from, to, heading, text: words }) => `${from}-${to} ${heading}: ${words}`,
  );

describe('passages of a file', () => {
  it('stand under their headings, with their lines', () => {
    const text =
      '# Travel\n\nWe like trains.\n\n## Japan\n\n- Kyoto\n- Nara\n\n# Home\nKey: shed.\n';
    expect(outline(text)).toEqual([
      '3-3 Travel: We like trains.',
      '7-8 Travel › Japan: - Kyoto\n- Nara',
      '11-11 Home: Key: shed.',
    ]);
    expect(outline('## a\n### b\n## c\nx')).toEqual(['4-4 c: x']);
    expect(outline('')).toEqual([]);
  });

  it('hold what fits, and never half a line', () => {
    const line = `- ${'word '.repeat(40).trim()}`;
    const parts = splitChunks(Array.from({ length: 7 }, () => line).join('\n'));
    expect(parts.map(({ from, to }) => [from, to])).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
      [7, 7],
    ]);
  });

  it('cut a very long line, and a very long paragraph between its lines', () => {
    const cut = splitChunks('x'.repeat(4000));
    expect(cut.map(({ from, to, text }) => [from, to, text.length])).toEqual([
      [1, 1, 1500],
      [1, 1, 1500],
      [1, 1, 1000],
    ]);
    const lines = Array.from({ length: 30 }, () => 'y'.repeat(99)).join('\n');
    expect(splitChunks(lines).map(({ from, to }) => [from, to])).toEqual([
      [1, 15],
      [16, 30],
    ]);
  });

  it('keep text of different taint apart, and show no marks', () => {
    const dirty = formatEntry({ once: ['a'], taint: ['web'], text: 'two\nlines' });
    const text = ['- one', ...dirty, '- three', ''].join('\n');
    expect(splitChunks(text)).toEqual([
      { from: 1, to: 1, heading: '', text: '- one', taint: [] },
      { from: 2, to: 3, heading: '', text: '- two\n  lines', taint: ['web'] },
      { from: 4, to: 4, heading: '', text: '- three', taint: [] },
    ]);
  });

  it('begin behind a front matter', () => {
    expect(outline('---\nshared: everyone\n---\nHello\n')).toEqual(['4-4 : Hello']);
  });
});

describe('who a file is shared with', () => {
  it.each([
    ['---\nshared: everyone\n---\n', ['everyone']],
    ['---\ntitle: x\nshared: [groups, "p-1"]\n---\n', ['groups', 'p-1']],
    ['---\r\nshared: groups\r\n---\r\n', ['groups']],
    ['shared: everyone\n', []],
    ['text\n---\nshared: everyone\n---\n', []],
    ['---\nshared: everyone\n', []],
    ['---\nshared:\n---\n', []],
  ])('%j', (text, names) => {
    expect(readShared(text)).toEqual(names);
  });
});
