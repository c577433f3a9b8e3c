import { describe, expect, it } from 'vitest';
import { toSearchQuery } from './search-query.ts';
import { toSnippet } from './search-snippet.ts';

describe('what a person typed', () => {
  it.each([
    ['to "be" or', 'words : ("to" AND "be" AND "or" *)'],
    ['"to be"', 'words : ("to be")'],
    ['"to be', 'words : ("to be")'],
    ['gard* rhubarb -frost', '(words : ("gard" * AND "rhubarb")) NOT words : ("frost")'],
    ['rhubarb -"late frost"', '(words : ("rhubarb")) NOT words : ("late frost")'],
    ['foo-bar', 'words : ("foo-bar" *)'],
    ['a', 'words : ("a")'],
    ['a AND b) OR', 'words : ("a" AND "AND" AND "b)" AND "OR" *)'],
    ['猫叫', 'words : ("猫  叫" *)'],
    ['- " *', undefined],
    ['-only', undefined],
    ['', undefined],
  ])('%j becomes a query', (typed, expected) => {
    expect(toSearchQuery(typed)).toBe(expected);
  });

  it('is narrowed to every place', () => {
    expect(toSearchQuery('a', ['n1', 'n2 OR n3'])).toBe(
      'place : (n1) AND place : (n2 OR n3) AND words : ("a")',
    );
  });
});

describe('a snippet', () => {
  const marked = (text: string, query: string): readonly string[] => {
    const snippet = toSnippet(text, query);
    return snippet.marks.map(([start, end]) => snippet.text.slice(start, end));
  };

  it('begins a little before the first word that was found', () => {
    const text = `${'before '.repeat(40)}needle${' after'.repeat(40)}`;
    const { text: piece } = toSnippet(text, 'Needle');
    expect(piece).toMatch(/^….*needle.*…$/);
    expect(piece.length).toBeLessThan(170);
    expect(toSnippet('short', 'none')).toEqual({ text: 'short', marks: [] });
  });

  it.each([
    ['The Café at the café', 'cafe', ['Café', 'café']],
    ['a garden, gardens and a regard', 'gard*', ['gard', 'gard']],
    ['late frost and frost', '"late frost"', ['late frost']],
    ['明天去里斯本', '里斯本', ['里斯本']],
    ['late frost', 'late -frost', ['late']],
    ['İstanbul ist', 'ist', ['İst', 'ist']],
  ])('of %j marks what %j found', (text, query, expected) => {
    expect(marked(text, query)).toEqual(expected);
  });
});
