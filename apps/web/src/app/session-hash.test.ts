import { expect, it } from 'vitest';
import { keyFromHash, keyToHash } from './session-hash.ts';

it('comes back from the address bar as it went in', () => {
  for (const key of ['agent:main:main', 'a&b=c#d', 'ключ', '100%'])
    expect(keyFromHash(keyToHash(key))).toBe(key);
});

it.each(['', '#', '#s=', '#code=abc', `#s=${'x'.repeat(400)}`])('is no session in %j', (hash) => {
  expect(keyFromHash(hash)).toBeUndefined();
});
