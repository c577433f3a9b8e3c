import { describe, expect, it } from 'vitest';
import { type AddressBar, findCode, takeCode, tradeCode } from './login-code.ts';

function bar(hash: string): AddressBar & { readonly put: string[] } {
  const put: string[] = [];
  return {
    put,
    location: { hash, pathname: '/', search: '' },
    history: { replaceState: (_state, _title, url) => void put.push(String(url)) },
  };
}
const { signal } = new AbortController();

describe('takeCode', () => {
  it('takes the code out of the address bar at once', () => {
    const address = bar('#code=abc-DEF_123');
    expect(takeCode(address)).toBe('abc-DEF_123');
    expect(address.put).toEqual(['/']);
  });

  it('leaves other fragments alone', () => {
    const address = bar('#s=agent%3Amain');
    expect(takeCode(address)).toBeUndefined();
    expect(address.put).toEqual([]);
  });
});

describe('findCode', () => {
  it.each([
    ['http://127.0.0.1:18800/#code=abc123', 'abc123'],
    ['  abc-123_x ', 'abc-123_x'],
    ['#code=abc123', 'abc123'],
    ['http://127.0.0.1:18800/', undefined],
    ['', undefined],
    ['two words', undefined],
  ])('finds in %j %j', (text, code) => {
    expect(findCode(text)).toBe(code);
  });
});

describe('tradeCode', () => {
  it('sends the code in the body and nowhere else', async () => {
    const requests: { url: string; body: unknown }[] = [];
    const fetch = async (url: unknown, init?: RequestInit): Promise<Response> => {
      requests.push({ url: String(url), body: init?.body });
      return new Response(null, { status: 204 });
    };
    await tradeCode(fetch, 'abc', signal);
    expect(requests).toEqual([{ url: '/auth/code', body: '{"code":"abc"}' }]);
  });

  it.each([
    [401, 'access.unauthenticated'],
    [429, 'access.locked-out'],
  ])('says why a code is refused with %i', async (status, code) => {
    const fetch = async (): Promise<Response> => new Response('{}', { status });
    await expect(tradeCode(fetch, 'abc', signal)).rejects.toMatchObject({ code });
  });
});
