import { expect, it } from 'vitest';
import { equalsSecret } from './equals-secret.ts';
import { hashToken } from './hash-token.ts';

it.each([
  ['abc', 'abc', true],
  ['abc', 'abd', false],
  ['abc', 'abcd', false],
  ['', '', true],
  ['', 'a', false],
  ['ä', 'a\u0308', false],
  ['\ud800', '\ufffd', true],
])('compares %j with %j', (given, secret, expected) => {
  expect(equalsSecret(given, secret)).toBe(expected);
});

it('hashes as SHA-256 does', async () => {
  // https://csrc.nist.gov/projects/cryptographic-standards-and-guidelines/example-values, "abc"
  expect(await hashToken('abc')).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
});
