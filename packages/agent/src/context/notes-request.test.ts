import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseNotes } from './notes-request.ts';

describe('the notes of an answer', () => {
  it.each<[string, string, readonly string[]]>([
    [
      'a plain list',
      '- The cat is Luna.\n- They leave on Friday.',
      ['The cat is Luna.', 'They leave on Friday.'],
    ],
    [
      'any marks',
      '* one\n• two\n– three\n1. four\n12) five',
      ['one', 'two', 'three', 'four', 'five'],
    ],
    [
      'items that are indented, and words around them',
      'Here you go:\n\n  - one\r\n\t- two\nThat is all.',
      ['one', 'two'],
    ],
    ['the same item twice', '- one\n- one', ['one']],
    ['an item that says nothing', '- None.\n- n/a\n- (nothing)\n- one', ['one']],
    ['no list', 'There is nothing worth keeping.', []],
    ['nothing at all', '', []],
    ['what was only thought', '<think>\n- maybe this\n</think>\n- this', ['this']],
    ['a thought that was cut', '<think>\n- maybe this', []],
    ['dashes that begin no item', '-one\n--- \n-\n- ', []],
  ])('are read from %s', (_name, answer, notes) => {
    expect(parseNotes(answer)).toEqual(notes);
  });

  it('are at most twenty of five hundred characters, none of which is cut in two', () => {
    const many = Array.from({ length: 50 }, (_, n) => `- note ${n}`).join('\n');
    expect(parseNotes(many)).toHaveLength(20);
    const [long = ''] = parseNotes(`- ${'🐈'.repeat(900)}`);
    expect(long).toBe('🐈'.repeat(500));
  });

  it('are lines without a break, whatever a model says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (answer) => {
        const notes = parseNotes(`- ${answer}\n${answer}`);
        expect(notes.length).toBeLessThanOrEqual(20);
        for (const note of notes) expect(note).toMatch(/^\S[^\n]*$/u);
        expect(new Set(notes).size).toBe(notes.length);
      }),
    );
  });
});
