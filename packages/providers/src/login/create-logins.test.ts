import { isCuttleError } from '@cuttle/core-types/errors';
import { openOauthServer, type OauthServer, type OauthServerOptions } from '@cuttle/testkit/oauth';
import { describe, expect, it } from 'vitest';
import { createLogins, type Logins } from './create-logins.ts';
import {
  memoryFiles,
  loginAt,
  quickPerson,
  random,
  stillClock,
  settingsAt,
} from './login-scene.ts';
import { runLogin } from './run-login.ts';

const signal = new AbortController().signal;

interface Scene {
  readonly server: OauthServer;
  readonly logins: Logins;
  readonly files: ReturnType<typeof memoryFiles>;
  readonly heard: string[];
  /** Goes on by so much. */
  pass(ms: number): void;
}

/** Somebody is logged in with Google, for an hour. */
async function openScene(options: OauthServerOptions = {}): Promise<Scene & AsyncDisposable> {
  let passed = 0;
  const clock = { now: () => stillClock.now() + passed, sleep: stillClock.sleep };
  const server = await openOauthServer({ ...options, clock });
  const files = memoryFiles();
  const heard: string[] = [];
  const logins = createLogins({
    files,
    fetch,
    clock,
    settings: (id) => settingsAt(server, id),
    onSecrets: (secrets) => heard.push(...secrets),
  });
  const deps = { fetch, clock, random, person: quickPerson() };
  const stored = await runLogin(loginAt(server, 'google'), deps, signal);
  await logins.save({ login: 'google', profile: 'ann', stored }, signal);
  return {
    server,
    logins,
    files,
    heard,
    pass(ms) {
      passed += ms;
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const refreshes = ({ server }: Scene): number =>
  server.asked.filter(({ fields }) => fields['grant_type'] === 'refresh_token').length;

describe('a token source', () => {
  it('gives the token as it is while it is good', async () => {
    await using scene = await openScene();
    const source = scene.logins.tokenSource({ login: 'google' });
    const { token = '' } = (await source.read(signal)) ?? {};
    scene.pass(54 * 60_000);
    expect((await source.read(signal))?.token).toBe(token);
    expect(refreshes(scene)).toBe(0);
  });

  it('renews it five minutes before its end, once for all who ask', async () => {
    await using scene = await openScene();
    const source = scene.logins.tokenSource({ login: 'google' });
    const other = scene.logins.tokenSource({ login: 'google', profile: 'ann' });
    const { token: old = '' } = (await source.read(signal)) ?? {};
    scene.pass(56 * 60_000);
    const given = await Promise.all(
      [source, other, source, other, source].map((one) => one.read(signal)),
    );
    const tokens = new Set(given.map((one) => one?.token));
    expect(tokens.size).toBe(1);
    expect(tokens.has(old)).toBe(false);
    expect(refreshes(scene)).toBe(1);
    expect(scene.server.rejections).toEqual([]);
    expect(scene.heard).toEqual(expect.arrayContaining([...tokens]));
  });

  it('keeps the refresh token that came along', async () => {
    await using scene = await openScene();
    const source = scene.logins.tokenSource({ login: 'google' });
    for (let hour = 0; hour < 5; hour += 1) {
      scene.pass(3_600_000);
      expect(scene.server.accepts((await source.read(signal))?.token ?? '')).toBe(true);
    }
    expect(refreshes(scene)).toBe(5);
    expect(scene.server.rejections).toEqual([]);
  });

  it('goes on with what it has while the service is away', async () => {
    await using scene = await openScene();
    const source = scene.logins.tokenSource({ login: 'google' });
    const before = await source.read(signal);
    scene.pass(56 * 60_000);
    scene.server.fail('token', { kind: 'status', status: 503 }, { kind: 'status', status: 503 });
    expect(await source.read(signal)).toEqual(before);
    scene.pass(5 * 60_000);
    await expect(source.read(signal)).rejects.toMatchObject({ code: 'login.unavailable' });
    expect((await source.read(signal))?.token).not.toBe(before?.token);
  });

  it('says when only a new login helps', async () => {
    await using scene = await openScene();
    const source = scene.logins.tokenSource({ login: 'google' });
    scene.server.revoke((await source.read(signal))?.token ?? '');
    scene.pass(3_600_000);
    await expect(source.read(signal)).rejects.toMatchObject({
      code: 'login.expired',
      hint: expect.stringContaining('cuttle auth login google'),
    });
  });

  it('says so too where the answer with the next refresh token was lost', async () => {
    await using scene = await openScene();
    const source = scene.logins.tokenSource({ login: 'google' });
    scene.pass(3_600_000);
    scene.server.fail('token', { kind: 'lost' });
    await expect(source.read(signal)).rejects.toMatchObject({ code: 'login.unavailable' });
    await expect(source.read(signal)).rejects.toMatchObject({ code: 'login.expired' });
  });

  it('finishes a renewal whose caller left', async () => {
    await using scene = await openScene();
    const source = scene.logins.tokenSource({ login: 'google' });
    scene.pass(3_600_000);
    const leaving = new AbortController();
    const left = source.read(leaving.signal);
    leaving.abort(new Error('left'));
    await expect(left).rejects.toThrow('left');
    expect(scene.server.accepts((await source.read(signal))?.token ?? '')).toBe(true);
    expect(scene.server.rejections).toEqual([]);
  });

  it('takes what another process put there for a token that was refused', async () => {
    await using scene = await openScene();
    const [one, other] = [
      scene.logins.tokenSource({ login: 'google' }),
      scene.logins.tokenSource({ login: 'google' }),
    ];
    const { token = '' } = (await one.read(signal)) ?? {};
    const first = await one.renew(token, signal);
    expect(await other.renew(token, signal)).toEqual(first);
    expect(refreshes(scene)).toBe(1);
  });

  it('gives nothing where nobody logged in', async () => {
    await using scene = await openScene();
    expect(await scene.logins.tokenSource({ login: 'discord' }).read(signal)).toBeUndefined();
    expect(
      await scene.logins.tokenSource({ login: 'google', profile: 'bob' }).read(signal),
    ).toBeUndefined();
    expect(() => scene.logins.tokenSource({ login: 'nobody' })).toThrow(
      expect.objectContaining({ code: 'login.unknown' }),
    );
  });

  it('renews a session of Copilot with the token of GitHub, which stays', async () => {
    await using scene = await openScene({ accessMs: 10 * 3_600_000 });
    const login = loginAt(scene.server, 'google', {});
    const stored = await runLogin(
      { ...login, exchange: 'copilot-session' },
      { fetch, clock: stillClock, random, person: quickPerson() },
      signal,
    );
    await scene.logins.save({ login: 'github-copilot', profile: 'ann', stored }, signal);
    const source = scene.logins.tokenSource({ login: 'github-copilot' });
    const { token = '' } = (await source.read(signal)) ?? {};
    expect(token).toMatch(/^tid=/);
    scene.pass(30 * 60_000);
    const next = (await source.read(signal))?.token ?? '';
    expect(next).not.toBe(token);
    expect(scene.server.accepts(next)).toBe(true);
    expect(refreshes(scene)).toBe(0);
  });
});

describe('saved logins', () => {
  it('are listed without a token, and one is the default', async () => {
    await using scene = await openScene();
    const stored = { accessToken: 'secret-1', savedAt: 1 };
    await scene.logins.save({ login: 'openrouter', profile: 'work', stored }, signal);
    await scene.logins.save(
      { login: 'openrouter', profile: 'home', stored, as: 'default' },
      signal,
    );
    const listed = await scene.logins.list();
    expect(
      listed.map(({ login, profile, isDefault, state }) => [login, profile, isDefault, state]),
    ).toEqual([
      ['openrouter', 'home', true, 'lasting'],
      ['openrouter', 'work', false, 'lasting'],
      ['google', 'ann', true, 'renewable'],
    ]);
    const secrets = await scene.logins.secrets();
    expect(secrets).toHaveLength(4);
    for (const secret of secrets) expect(JSON.stringify(listed)).not.toContain(secret);
    expect(await scene.logins.remove('openrouter', 'home', signal)).toEqual(['home']);
    expect((await scene.logins.list())[0]).toMatchObject({ profile: 'work', isDefault: true });
    expect(await scene.logins.remove('openrouter', undefined, signal)).toEqual(['work']);
    expect(await scene.logins.remove('openrouter', undefined, signal)).toEqual([]);
    expect(scene.files.texts.has('openrouter')).toBe(false);
  });

  it.each(['', '../x', 'a b', 'x'.repeat(65), '__proto__', '.hidden'])(
    'refuses %j as a name',
    async (profile) => {
      await using scene = await openScene();
      const stored = { accessToken: 'secret-1', savedAt: 1 };
      await expect(
        scene.logins.save({ login: 'google', profile, stored }, signal),
      ).rejects.toMatchObject({ code: 'login.unset' });
    },
  );

  it.each(['', '{', '[]', '{"version":2}', '{"version":1,"default":"a","profiles":{"a":{}}}'])(
    'are told apart from a damaged file: %j',
    async (text) => {
      await using scene = await openScene();
      scene.files.texts.set('google', text);
      expect(await scene.logins.list()).toEqual([]);
      await expect(scene.logins.tokenSource({ login: 'google' }).read(signal)).rejects.toSatisfy(
        (error) => isCuttleError(error, 'login.unreadable') && error.cause === undefined,
      );
      await scene.logins.remove('google', undefined, signal);
      expect(scene.files.texts.has('google')).toBe(false);
    },
  );
});
