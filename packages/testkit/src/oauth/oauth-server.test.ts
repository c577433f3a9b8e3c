import { describe, expect, it } from 'vitest';
import { manualClock } from '../clocks.ts';
import { type OauthServer, openOauthServer, type OauthServerOptions } from './oauth-server.ts';
import { challengeOf, oauthRules } from './world.ts';

const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const redirect = 'http://127.0.0.1:4000/callback';

async function openScene(options: OauthServerOptions = {}): Promise<
  {
    readonly server: OauthServer;
    readonly clock: ReturnType<typeof manualClock>;
    authorize(
      said?: Readonly<Record<string, string>>,
    ): Promise<{ status: number; back: URLSearchParams }>;
    token(fields: Readonly<Record<string, string>>): Promise<Record<string, unknown>>;
    code(): Promise<Readonly<Record<string, string>>>;
  } & AsyncDisposable
> {
  const clock = manualClock();
  const server = await openOauthServer({ ...options, clock });
  const authorize = async (
    said: Readonly<Record<string, string>> = {},
  ): Promise<{ status: number; back: URLSearchParams }> => {
    const url = new URL(server.authorizeUrl);
    const asked = {
      response_type: 'code',
      client_id: 'test-client',
      redirect_uri: redirect,
      state: 's1',
      code_challenge: challengeOf(verifier),
      code_challenge_method: 'S256',
      ...said,
    };
    for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
    const { status, headers } = await fetch(url, { redirect: 'manual' });
    const location = headers.get('location');
    return {
      status,
      back: location === null ? new URLSearchParams() : new URL(location).searchParams,
    };
  };
  const ask = async (
    url: string,
    fields: Readonly<Record<string, string>>,
  ): Promise<Record<string, unknown>> => {
    const answer = await fetch(url, { method: 'POST', body: new URLSearchParams(fields) });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    return (await answer.json()) as Record<string, unknown>; // an object, always
  };
  return {
    server,
    clock,
    authorize,
    token: (fields) => ask(server.tokenUrl, { client_id: 'test-client', ...fields }),
    async code() {
      const { back } = await authorize();
      const code = back.get('code') ?? '';
      return {
        grant_type: 'authorization_code',
        code,
        redirect_uri: redirect,
        code_verifier: verifier,
      };
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

describe('the authorisation endpoint', () => {
  it('sends the browser back with a code and the state, on any port of this machine', async () => {
    await using scene = await openScene();
    for (const port of ['4000', '5000']) {
      const { status, back } = await scene.authorize({
        redirect_uri: `http://127.0.0.1:${port}/callback`,
      });
      expect([status, back.get('state'), back.get('code')?.length]).toEqual([302, 's1', 32]);
    }
    expect(scene.server.rejections).toEqual([]);
  });

  it.each([
    [
      'an address that is not registered',
      { redirect_uri: 'https://evil.test/callback' },
      'redirect-uri',
    ],
    ['another path', { redirect_uri: 'http://127.0.0.1:4000/other' }, 'redirect-uri'],
    ['another name of this machine', { redirect_uri: 'http://127.0.0.2/callback' }, 'redirect-uri'],
    ['a program that is not registered', { client_id: 'other' }, 'client'],
  ])('sends nobody to %s', async (_what, said, rule) => {
    await using scene = await openScene();
    expect((await scene.authorize(said)).status).toBe(400);
    expect(scene.server.rejections[0]?.rule).toBe(rule);
  });

  it.each([
    [{ response_type: 'token' }, 'unsupported_response_type', 'response-type'],
    [{ code_challenge_method: 'plain' }, 'invalid_request', 'pkce-needed'],
    [{ code_challenge: 'short' }, 'invalid_request', 'pkce-needed'],
  ])('tells the program of %j', async (said, error, rule) => {
    await using scene = await openScene();
    const { status, back } = await scene.authorize(said);
    expect([status, back.get('error'), back.get('state')]).toEqual([302, error, 's1']);
    expect(scene.server.rejections[0]?.rule).toBe(rule);
  });

  it('says so when the person refuses', async () => {
    await using scene = await openScene();
    scene.server.decide('deny');
    expect((await scene.authorize()).back.get('error')).toBe('access_denied');
  });
});

describe('the token endpoint', () => {
  it.each([
    ['another verifier', { code_verifier: 'a'.repeat(43) }, 'pkce-verifier'],
    ['no verifier', { code_verifier: '' }, 'pkce-verifier'],
    ['another port', { redirect_uri: 'http://127.0.0.1:4001/callback' }, 'redirect-uri'],
  ])('refuses %s', async (_what, wrong, rule) => {
    await using scene = await openScene();
    expect(await scene.token({ ...(await scene.code()), ...wrong })).toMatchObject({
      error: 'invalid_grant',
    });
    expect(scene.server.rejections[0]?.rule).toBe(rule);
  });

  it('takes a code once, and ends what it gave when it comes again', async () => {
    await using scene = await openScene();
    const code = await scene.code();
    const given = await scene.token(code);
    expect(scene.server.accepts(String(given['access_token']))).toBe(true);
    expect(await scene.token(code)).toMatchObject({ error: 'invalid_grant' });
    expect(scene.server.accepts(String(given['access_token']))).toBe(false);
    expect(scene.server.rejections.map(({ rule }) => rule)).toEqual(['code-once']);
  });

  it('takes no code that is too old', async () => {
    await using scene = await openScene({ codeMs: 1000 });
    const code = await scene.code();
    await scene.clock.advance(1000);
    expect(await scene.token(code)).toMatchObject({ error: 'invalid_grant' });
  });

  it('changes refresh tokens, and ends all when one comes twice', async () => {
    await using scene = await openScene();
    const first = await scene.token(await scene.code());
    const refresh = { grant_type: 'refresh_token', refresh_token: String(first['refresh_token']) };
    const second = await scene.token(refresh);
    expect(second['refresh_token']).not.toBe(first['refresh_token']);
    expect(scene.server.accepts(String(second['access_token']))).toBe(true);
    expect(await scene.token(refresh)).toMatchObject({ error: 'invalid_grant' });
    expect(scene.server.accepts(String(second['access_token']))).toBe(false);
    expect(scene.server.rejections.map(({ rule }) => rule)).toEqual(['refresh-once']);
  });

  it('ends a token in its time', async () => {
    await using scene = await openScene({ accessMs: 1000 });
    const given = await scene.token(await scene.code());
    await scene.clock.advance(1000);
    expect(scene.server.accepts(String(given['access_token']))).toBe(false);
  });

  it.each([
    [{ grant_type: 'password' }, 'unsupported_grant_type'],
    [{ grant_type: 'refresh_token', client_id: 'other' }, 'invalid_client'],
    [{ grant_type: 'refresh_token', refresh_token: 'x' }, 'invalid_grant'],
    [
      { grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange', subject_token: 'x' },
      'invalid_request',
    ],
  ])('refuses %j', async (fields, error) => {
    await using scene = await openScene();
    expect(await scene.token(fields)).toMatchObject({ error });
  });
});

describe('the device endpoint', () => {
  it('waits for the person, slows down who is too quick, and ends in time', async () => {
    await using scene = await openScene({ deviceMs: 60_000 });
    const { server, clock } = scene;
    const open = await fetch(server.deviceUrl, {
      method: 'POST',
      body: new URLSearchParams({ client_id: 'test-client' }),
    });
    const device = (await open.json()) as Record<string, unknown>; // RFC 8628, section 3.2
    expect(device).toMatchObject({ user_code: 'WDJB-1000', interval: 5, expires_in: 60 });
    const ask = (): Promise<Record<string, unknown>> =>
      scene.token({
        grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
        device_code: String(device['device_code']),
      });
    expect(await ask()).toMatchObject({ error: 'authorization_pending' });
    await clock.advance(4000);
    expect(await ask()).toMatchObject({ error: 'slow_down' });
    await clock.advance(5000);
    expect(await ask()).toMatchObject({ error: 'slow_down' });
    await clock.advance(15_000);
    server.confirm('WDJB-1000', 'deny');
    expect(await ask()).toMatchObject({ error: 'access_denied' });
    server.confirm('WDJB-1000');
    await clock.advance(15_000);
    expect(server.accepts(String((await ask())['access_token']))).toBe(true);
    expect(await ask()).toMatchObject({ error: 'invalid_grant' });
    await clock.advance(60_000);
    expect(await ask()).toMatchObject({ error: 'invalid_grant' });
    expect(() => server.confirm('nobody')).toThrow('No device');
  });
});

it('gives a session of Copilot for a token, and nothing for none', async () => {
  await using scene = await openScene({ sessionApi: 'https://api.test' });
  const { access_token: token } = await scene.token(await scene.code());
  const ask = (authorization: string): Promise<Response> =>
    fetch(scene.server.copilotUrl, { headers: { authorization } });
  expect(await (await ask(`token ${String(token)}`)).json()).toMatchObject({
    token: expect.stringMatching(/^tid=/),
    expires_at: scene.clock.now() / 1000 + 1500,
    endpoints: { api: 'https://api.test' },
  });
  expect((await ask('token other')).status).toBe(401);
});

it('names a source for each of its rules', () => {
  for (const source of Object.values(oauthRules)) expect(source).toMatch(/^https:\/\/www\.rfc-/);
});
