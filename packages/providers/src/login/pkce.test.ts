import { describe, expect, it } from 'vitest';
import { random } from './login-scene.ts';
import { createPkce, toChallenge } from './pkce.ts';

describe('createPkce', () => {
  it('makes the challenge of RFC 7636, appendix B', async () => {
    expect(await toChallenge('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')).toBe(
      'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    );
  });

  it('makes a verifier of 43 letters that nobody had before', async () => {
    const [one, other] = [await createPkce(random), await createPkce(random)];
    expect(one.verifier).toMatch(/^[\w-]{43}$/);
    expect(one.challenge).toMatch(/^[\w-]{43}$/);
    expect(one.verifier).not.toBe(other.verifier);
  });
});
