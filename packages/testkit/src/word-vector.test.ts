import { describe, expect, it } from 'vitest';
import { wordVector } from './word-vector.ts';

const near = (left: string, right: string): number => {
  const [a, b] = [wordVector(left, 256), wordVector(right, 256)];
  return a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
};

describe('the vector of a text', () => {
  it('has length 1 and is the same every time', () => {
    expect(wordVector('The cat sleeps.', 256)).toEqual(wordVector('The cat sleeps.', 256));
    expect(Math.hypot(...wordVector('The cat sleeps.', 256))).toBeCloseTo(1, 10);
    expect(Math.hypot(...wordVector('…', 8))).toBeCloseTo(1, 10);
  });

  it('is nearer to that of a text with the same words', () => {
    const same = near('where does the cat sleep', 'the cat sleeps on the sofa');
    const other = near('where does the cat sleep', 'invoices are due in March');
    expect(same).toBeGreaterThan(other + 0.2);
    expect(near('Cat!', 'cat')).toBeCloseTo(1, 10);
  });
});
