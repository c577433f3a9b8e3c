import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readClaims } from './claims.ts';

const tokenOf = (payload: string): string => `e30.${Buffer.from(payload).toString('base64url')}.s`;

describe('readClaims', () => {
  it('names the account', () => {
    const claims = {
      email: 'änn@example.test',
      'https://api.openai.com/auth': { chatgpt_account_id: 'acc-1', other: 1 },
    };
    expect(readClaims(tokenOf(JSON.stringify(claims)))).toEqual({
      account: 'änn@example.test',
      accountId: 'acc-1',
    });
  });

  it.each([
    '',
    'gho_opaque',
    'a.b',
    'a.%%%.c',
    tokenOf('{'),
    tokenOf('null'),
    tokenOf('[]'),
    tokenOf('{"email":1}'),
    tokenOf(JSON.stringify({ email: 'x'.repeat(400) })),
  ])('names nobody in %j', (token) => {
    expect(readClaims(token)).toEqual({});
  });

  it('survives any text', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        expect(typeof readClaims(`${one}.${other}.x`)).toBe('object');
      }),
    );
  });
});
