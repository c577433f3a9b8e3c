import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { truncateOutput } from './truncate-output.ts';

describe('truncateOutput', () => {
  it('leaves what fits', () => {
    expect(truncateOutput('abc', 3)).toBe('abc');
  });

  it('keeps the beginning and the end, and says what is left out', () => {
    const text = `${'a'.repeat(500)}${'z'.repeat(500)}`;
    expect(truncateOutput(text, 100)).toBe(
      `${'a'.repeat(45)}\n[… 940 of 1000 characters left out …]\n${'z'.repeat(15)}`,
    );
  });

  it('never exceeds the limit and never splits a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.nat(400), (text, max) => {
        const cut = truncateOutput(text, max);
        expect(cut.length).toBeLessThanOrEqual(Math.max(max, 0));
        expect(cut.isWellFormed()).toBe(text.isWellFormed());
      }),
    );
  });
});
