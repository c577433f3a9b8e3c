import type { Json } from '@cuttle/core-types';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callKey, canonicalJson, planHash } from './plan-hash.ts';

/** The same value with the fields of every object in another order. */
function reversed(value: Json): Json {
  if (Array.isArray(value)) return value.map(reversed);
  if (value === null || typeof value !== 'object') return value;
  const fields = Object.entries(value).map(([name, field]) => [name, reversed(field)] as const);
  return Object.fromEntries(fields.toReversed());
}

const json = fc.jsonValue({ maxDepth: 4 }).map((value) => value as Json); // what fast-check calls JSON is JSON

describe('canonicalJson', () => {
  it('is JSON of the same value', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('does not depend on the order of fields', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(canonicalJson(reversed(value))).toBe(canonicalJson(value));
      }),
    );
  });

  it('bears deep nesting', () => {
    let value: Json = 1;
    for (let depth = 0; depth < 2000; depth += 1) value = [value];
    expect(canonicalJson(value)).toHaveLength(4001);
  });
});

describe('planHash', () => {
  it('is SHA-256 of the tool and its arguments in sorted order', async () => {
    const hash = await planHash('note_add', { text: 'ä', at: [1, null] });
    expect(hash).toBe(await planHash('note_add', { at: [1, null], text: 'ä' }));
    expect(hash).toMatchInlineSnapshot(
      `"9511f0f7370340b822aa2a1ba083879e5fdb2a491d31c2f045976d109f0e9571"`,
    );
  });

  it('tells tools and arguments apart', async () => {
    const hashes = await Promise.all([
      planHash('a', {}),
      planHash('b', {}),
      planHash('a', { n: 1 }),
      planHash('a', { n: '1' }),
      planHash('a', [1]),
      planHash('a', null),
    ]);
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});

describe('callKey', () => {
  it('differs by run, step, place and plan', () => {
    const place = { runId: 'r', step: 1, index: 0 };
    const keys = [
      callKey(place, 'aaaaaaaaaaaaaaaaaaaa'),
      callKey(place, 'bbbbbbbbbbbbbbbbbbbb'),
      callKey({ ...place, runId: 's' }, 'aaaaaaaaaaaaaaaaaaaa'),
      callKey({ ...place, step: 2 }, 'aaaaaaaaaaaaaaaaaaaa'),
      callKey({ ...place, index: 1 }, 'aaaaaaaaaaaaaaaaaaaa'),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys[0]).toBe('r:1:0:aaaaaaaaaaaaaaaa');
  });
});
