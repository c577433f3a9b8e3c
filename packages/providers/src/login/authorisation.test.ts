import { describe, expect, it } from 'vitest';
import { readPasted, readRedirect, toAuthorisationUrl } from './authorisation.ts';
import { loginDefinitions } from './login-definitions.ts';
import { findDefinitionFor, readDefinition, toLogin } from './login.ts';

const asked = {
  state: 'state-1',
  redirectUrl: 'http://127.0.0.1:4000/callback',
  pkce: { verifier: 'v'.repeat(43), challenge: 'c'.repeat(43) },
};

describe('toAuthorisationUrl', () => {
  it('asks as RFC 6749 and 7636 say', () => {
    const login = toLogin(readDefinition('google'), { clientId: 'id', scopes: ['a', 'b'] });
    const url = new URL(toAuthorisationUrl(login, asked));
    expect(url.origin + url.pathname).toBe('https://accounts.google.com/o/oauth2/v2/auth');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      access_type: 'offline',
      prompt: 'consent',
      response_type: 'code',
      client_id: 'id',
      redirect_uri: 'http://127.0.0.1:4000/callback',
      scope: 'a b',
      state: 'state-1',
      code_challenge: asked.pkce.challenge,
      code_challenge_method: 'S256',
    });
  });

  it('hides the state in the address where the service has none', () => {
    const url = new URL(toAuthorisationUrl(toLogin(readDefinition('openrouter'), {}), asked));
    expect(url.searchParams.get('callback_url')).toBe(
      'http://127.0.0.1:4000/callback?state=state-1',
    );
    expect(url.searchParams.has('client_id')).toBe(false);
  });
});

describe('readRedirect', () => {
  it.each([
    ['a state of somebody else', '?code=c&state=other', 'login.refused'],
    ['no state', '?code=c', 'login.refused'],
    ['no code', '?state=state-1', 'login.refused'],
    ['a person who said no', '?error=access_denied&state=state-1', 'login.denied'],
    ['another error', '?error=server_error&error_description=ill&state=state-1', 'login.refused'],
    ['an error for somebody else', '?error=access_denied&state=other', 'login.refused'],
  ])('refuses %s', (_what, query, code) => {
    expect(() => readRedirect(new URL(`http://127.0.0.1/callback${query}`), asked)).toThrow(
      expect.objectContaining({ code }),
    );
  });
});

describe('readPasted', () => {
  it.each([
    ['code#state', 'abc#state-1'],
    ['the code alone, with spaces around it', '  abc\n'],
    ['the whole address', 'http://localhost:1/callback?code=abc&state=state-1'],
  ])('takes %s', (_what, text) => {
    expect(readPasted(text, asked)).toBe('abc');
  });

  it.each([
    '',
    '  ',
    'two words',
    'abc#other',
    'a'.repeat(9000),
    'https://x.test/?code=abc&state=other',
  ])('refuses %j', (text) => {
    expect(() => readPasted(text, asked)).toThrow(
      expect.objectContaining({ code: 'login.refused' }),
    );
  });
});

describe('toLogin', () => {
  it('asks for an id where the service documents none', () => {
    const needing = loginDefinitions.filter(({ clientId }) => clientId === 'needed');
    for (const definition of needing)
      expect(() => toLogin(definition, undefined)).toThrow(
        expect.objectContaining({
          code: 'login.unset',
          hint: expect.stringContaining(`logins.${definition.id}.clientId`),
        }),
      );
    expect(toLogin(readDefinition('openrouter'), undefined).clientId).toBeUndefined();
  });

  it.each([
    [{ tokenUrl: 'http://evil.test/token' }, 'logins.google.tokenUrl: Must begin with https://'],
    [{ tokenUrl: 'file:///etc/passwd' }, 'logins.google.tokenUrl'],
    [{ authorizeUrl: 'nowhere' }, 'logins.google.authorizeUrl'],
    [{ redirectUrl: 'https://example.test/' }, 'logins.google.redirectUrl: the browser comes back'],
    [{ clientId: '' }, 'logins.google.clientId'],
    [{ scopes: 'a b' }, 'logins.google.scopes'],
    ['text', 'logins.google'],
  ])('refuses %j', (settings, message) => {
    const stated = typeof settings === 'string' ? settings : { clientId: 'id', ...settings };
    expect(() => toLogin(readDefinition('google'), stated)).toThrow(
      expect.objectContaining({ code: 'login.unset', message: expect.stringContaining(message) }),
    );
  });

  it('names the logins there are', () => {
    expect(() => readDefinition('nobody')).toThrow(
      expect.objectContaining({
        code: 'login.unknown',
        hint: expect.stringContaining('openrouter'),
      }),
    );
    expect(findDefinitionFor('github-copilot')?.id).toBe('github-copilot');
    expect(findDefinitionFor('ollama')).toBeUndefined();
  });
});

describe('loginDefinitions', () => {
  it('has rows that hold together', () => {
    for (const row of loginDefinitions) {
      expect(row.id).toMatch(/^[a-z-]+$/);
      expect(row.source).toMatch(/^https:\/\//);
      const { authorizeUrl, deviceUrl, tokenUrl, exchangeUrl } = row;
      const urls = [authorizeUrl, deviceUrl, tokenUrl, exchangeUrl].filter(
        (url) => url !== undefined,
      );
      for (const url of urls) expect(url).toMatch(/^https:\/\//);
      const has = { browser: row.redirect, paste: row.redirectUrl, device: row.deviceUrl };
      expect(has[row.flow]).toBeDefined();
      expect(row.exchange === undefined).toBe(row.exchangeUrl === undefined);
    }
    expect(new Set(loginDefinitions.map(({ id }) => id)).size).toBe(loginDefinitions.length);
  });
});
