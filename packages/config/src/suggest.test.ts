import { describe, expect, it } from 'vitest';
import { editDistance, suggest } from './suggest.ts';

describe('suggest', () => {
  it.each([
    ['prot', 'port'],
    ['alowedOrigins', 'allowedOrigins'],
    ['allowed_origins', 'allowedOrigins'],
    ['PORT', 'port'],
    ['auht', 'auth'],
    ['zebra', undefined],
    ['x', undefined],
  ])('takes %s for %s', (given, meant) => {
    expect(suggest(given, ['port', 'bind', 'auth', 'allowedOrigins'])).toBe(meant);
  });

  it('counts a swap of neighbours once', () => {
    expect([
      editDistance('ab', 'ba'),
      editDistance('', 'abc'),
      editDistance('kitten', 'sitting'),
    ]).toEqual([1, 3, 3]);
  });
});
