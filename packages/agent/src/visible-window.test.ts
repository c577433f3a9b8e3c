import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { visibleWindow } from './visible-window.ts';

const numbers = fc.record({ upto: fc.nat(100_000), most: fc.integer({ min: 1, max: 1000 }) });

describe('visibleWindow', () => {
  it('shows everything that fits', () => {
    expect(visibleWindow(100, 100)).toBe(0);
  });

  it('never shows more than the most, and never less than half of it', () => {
    fc.assert(
      fc.property(numbers, ({ upto, most }) => {
        const shown = upto - visibleWindow(upto, most);
        expect(shown).toBeLessThanOrEqual(most);
        expect(shown).toBeGreaterThanOrEqual(Math.min(upto, Math.floor(most / 2)));
      }),
    );
  });

  it('keeps its beginning over half a window, so that caches hit', () => {
    const starts = Array.from({ length: 50 }, (_, at) => visibleWindow(1001 + at, 100));
    expect(new Set(starts).size).toBe(1);
    expect(visibleWindow(1051, 100)).toBe((starts[0] ?? 0) + 50);
  });

  it('only ever moves on', () => {
    fc.assert(
      fc.property(numbers, ({ upto, most }) => {
        expect(visibleWindow(upto + 1, most)).toBeGreaterThanOrEqual(visibleWindow(upto, most));
      }),
    );
  });
});
