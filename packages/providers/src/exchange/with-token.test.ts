import { CuttleError } from '@cuttle/core-types/errors';
import { describe, expect, it } from 'vitest';
import { createAnthropic } from '../anthropic/provider.ts';
import { createGemini } from '../gemini/provider.ts';
import type { ModelToken, TokenSource } from '../login/token-source.ts';
import { createOpenai } from '../openai/provider.ts';
import { createOpenaiResponses } from '../openai-responses/provider.ts';
import { withToken } from './with-token.ts';

const signal = new AbortController().signal;

function sourceOf(...tokens: readonly (string | undefined | CuttleError)[]): TokenSource {
  let at = 0;
  const next = async (): Promise<ModelToken | undefined> => {
    const token = tokens[Math.min(at, tokens.length - 1)];
    at += 1;
    if (token instanceof CuttleError) throw token;
    return token === undefined
      ? undefined
      : { token, headers: { 'anthropic-beta': 'oauth-1' }, baseUrl: undefined };
  };
  return { login: 'google', read: next, renew: next };
}

/** Lets only that token in. */
function service(good: string): { readonly fetch: typeof fetch; readonly seen: Headers[] } {
  const seen: Headers[] = [];
  return {
    seen,
    fetch: async (_input, init) => {
      const headers = new Headers(init?.headers);
      seen.push(headers);
      const authorization = headers.get('authorization') ?? 'nothing';
      return authorization === `Bearer ${good}`
        ? Response.json({ data: [] })
        : Response.json({ error: { message: `bad ${authorization}` } }, { status: 401 });
    },
  };
}

describe('withToken', () => {
  it('sends the token in place of every key', async () => {
    const { fetch, seen } = service('t1');
    const init = { headers: { 'x-api-key': 'none', 'api-key': 'none', 'anthropic-beta': 'a' } };
    expect((await withToken(fetch, sourceOf('t1'))('https://a.test/v1', init)).ok).toBe(true);
    expect(Object.fromEntries(seen[0] ?? [])).toEqual({
      authorization: 'Bearer t1',
      'anthropic-beta': 'a, oauth-1',
    });
  });

  it('renews a token that is refused, once', async () => {
    const { fetch, seen } = service('t2');
    expect((await withToken(fetch, sourceOf('t1', 't2'))('https://a.test/')).ok).toBe(true);
    expect(seen).toHaveLength(2);
    await expect(withToken(fetch, sourceOf('t1', 't3'))('https://a.test/')).rejects.toMatchObject({
      code: 'provider.auth',
      hint: 'Log in again: `cuttle auth login google`.',
    });
    await expect(withToken(fetch, sourceOf('t1', 't1'))('https://a.test/')).rejects.toMatchObject({
      code: 'provider.auth',
    });
  });

  it('leaves requests alone where nobody logged in', async () => {
    const { fetch, seen } = service('key');
    const init = { headers: { authorization: 'Bearer key' } };
    expect((await withToken(fetch, sourceOf(undefined))('https://a.test/', init)).ok).toBe(true);
    expect(seen).toHaveLength(1);
  });

  it.each([
    ['login.unavailable', 'provider.network'],
    ['login.expired', 'provider.auth'],
    ['login.unreadable', 'provider.auth'],
    ['login.unset', 'provider.auth'],
  ] as const)('says %s as %s', async (code, told) => {
    const { fetch } = service('t1');
    const source = sourceOf(new CuttleError(code, 'because'));
    await expect(withToken(fetch, source)('https://a.test/')).rejects.toMatchObject({ code: told });
  });

  it('never shows a token that a service repeats', async () => {
    const repeats: typeof fetch = async (_input, init) =>
      Response.json(
        { error: { message: `no: ${new Headers(init?.headers).get('authorization')}` } },
        { status: 403 },
      );
    const answer = await withToken(repeats, sourceOf('very-secret-token'))('https://a.test/');
    expect(answer.status).toBe(403);
    expect(await answer.text()).not.toContain('very-secret-token');
  });

  it('goes to the address that the account has', async () => {
    const asked: string[] = [];
    const fetch: typeof globalThis.fetch = async (input) => {
      asked.push(input instanceof Request ? input.url : String(input));
      return new Response('{}');
    };
    const source: TokenSource = {
      login: 'github-copilot',
      read: async () => ({ token: 't', headers: {}, baseUrl: 'https://business.test' }),
      renew: async () => undefined,
    };
    await withToken(fetch, source)('https://a.test/chat?x=1');
    expect(asked).toEqual(['https://business.test/chat?x=1']);
  });
});

describe('every dialect', () => {
  const dialects = { createAnthropic, createOpenai, createOpenaiResponses, createGemini };
  it.each(Object.entries(dialects))('%s sends it, and renews it', async (_name, create) => {
    const { fetch, seen } = service('t2');
    const provider = create({ fetch, tokenSource: sourceOf('t1', 't2') });
    await provider.models(signal);
    expect(seen.map((headers) => headers.get('authorization'))).toEqual(['Bearer t1', 'Bearer t2']);
    for (const headers of seen)
      expect([headers.get('x-api-key'), headers.get('x-goog-api-key')]).toEqual([null, null]);
  });
});
