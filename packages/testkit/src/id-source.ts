import { randomBytes } from 'node:crypto';

/**
 * The changing end of an id in a service's own form: a seed and a counter, padded to a length.
 * As with the real services no id comes twice, not even from two servers, unless the seed is given;
 * then ids can be foreseen.
 */
export interface IdSource {
  tail(length: number): string;
}

export function createIdSource(seed = randomSeed()): IdSource {
  let count = 0;
  return {
    tail(length) {
      count += 1;
      const counter = count.toString(36).padStart(4, '0');
      const head = seed.slice(0, Math.max(0, length - counter.length));
      return (head + counter.padStart(length - head.length, '0')).slice(-length);
    },
  };
}

function randomSeed(): string {
  return randomBytes(8).readBigUInt64BE().toString(36).padStart(10, '0').slice(-10);
}
