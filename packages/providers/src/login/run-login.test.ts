import { setImmediate as nextTurn } from 'node:timers/promises';
import { fixedClock, manualClock } from '@cuttle/testkit';
import { type OauthFault, openOauthServer, type OauthServerOptions } from '@cuttle/testkit/oauth';
import { describe, expect, it } from 'vitest';
import { loginAt, quickPerson, random, stillClock } from './login-scene.ts';
import { runLogin } from './run-login.ts';

const signal = new AbortController().signal;
const clients = (codePage: string): NonNullable<OauthServerOptions['clients']> => [
  {
    id: 'test-client',
    redirectUrls: ['http://127.0.0.1/callback', codePage],
  },
];

describe('in a browser that comes back', () => {
  it.each(['google', 'discord', 'chatgpt'])('logs in with %s', async (id) => {
    await using server = await openOauthServer();
    const person = quickPerson();
    const stored = await runLogin(
      loginAt(server, id),
      { fetch, clock: stillClock, random, person },
      signal,
    );
    expect(stored).toMatchObject({ account: 'ann@example.test', accountId: 'account-1' });
    expect(stored.refreshToken).toMatch(/^rt-/);
    expect(server.accepts(stored.accessToken)).toBe(true);
    expect(stored.expiresAt).toBeGreaterThan(stillClock.now() + 3_500_000);
    expect(server.rejections).toEqual([]);
  });

  it('exchanges the id_token for a key with OpenAI', async () => {
    await using server = await openOauthServer();
    const deps = { fetch, clock: stillClock, random, person: quickPerson() };
    const stored = await runLogin(loginAt(server, 'openai'), deps, signal);
    expect(stored.session?.token).toMatch(/^sk-or-/);
    expect(server.accepts(stored.session?.token ?? '')).toBe(true);
    expect(server.rejections).toEqual([]);
  });

  it('gets a key of OpenRouter, without an id', async () => {
    await using server = await openOauthServer();
    const deps = { fetch, clock: stillClock, random, person: quickPerson() };
    const stored = await runLogin(
      loginAt(server, 'openrouter', { clientId: undefined }),
      deps,
      signal,
    );
    expect(stored).toEqual({
      accessToken: expect.stringMatching(/^sk-or-/),
      account: 'user_1',
      savedAt: expect.any(Number),
    });
  });

  it('takes the pasted address where no port can be had', async () => {
    await using server = await openOauthServer();
    const deps = { fetch, clock: stillClock, random, person: quickPerson({ listens: false }) };
    const stored = await runLogin(loginAt(server, 'google'), deps, signal);
    expect(server.accepts(stored.accessToken)).toBe(true);
  });

  it('ends when the person says no', async () => {
    await using server = await openOauthServer();
    server.decide('deny');
    const deps = { fetch, clock: stillClock, random, person: quickPerson() };
    await expect(runLogin(loginAt(server, 'google'), deps, signal)).rejects.toMatchObject({
      code: 'login.denied',
    });
  });

  it('names itself with its secret', async () => {
    const redirectUrls = ['http://127.0.0.1/callback'];
    await using server = await openOauthServer({
      clients: [{ id: 'test-client', secret: 's3cret-s3cret', redirectUrls }],
    });
    const deps = { fetch, clock: stillClock, random, person: quickPerson() };
    await expect(runLogin(loginAt(server, 'google'), deps, signal)).rejects.toMatchObject({
      code: 'login.refused',
      details: { error: 'invalid_client' },
    });
    const login = loginAt(server, 'google', { clientSecret: 's3cret-s3cret' });
    const stored = await runLogin(login, deps, signal);
    expect(server.accepts(stored.accessToken)).toBe(true);
  });
});

describe('with a code on a page', () => {
  it('takes code#state and sends the state along', async () => {
    await using first = await openOauthServer();
    await using server = await openOauthServer({ clients: clients(first.codePageUrl) });
    const login = loginAt(server, 'anthropic', { redirectUrl: first.codePageUrl });
    const typed = (url: URL): string =>
      `${url.searchParams.get('code')}#${url.searchParams.get('state')}`;
    const person = quickPerson({ typed });
    const stored = await runLogin(login, { fetch, clock: stillClock, random, person }, signal);
    expect(server.accepts(stored.accessToken)).toBe(true);
    expect(person.shown[0]?.url).toContain('code=true');
    expect(server.asked.at(-1)?.fields['state']).toMatch(/^[\w-]{43}$/);
  });
});

describe('with a code for a device', () => {
  const begin = async (
    options: OauthServerOptions = {},
    id = 'github',
  ): Promise<
    {
      readonly clock: ReturnType<typeof manualClock>;
      readonly server: Awaited<ReturnType<typeof openOauthServer>>;
      readonly person: ReturnType<typeof quickPerson>;
      readonly done: ReturnType<typeof runLogin>;
      /** Lets that much time go, until the next question was answered. */
      pass(ms: number): Promise<void>;
    } & AsyncDisposable
  > => {
    const clock = manualClock();
    const server = await openOauthServer({ ...options, clock });
    const person = quickPerson();
    const ended = { requests: 0 };
    const watched: typeof fetch = async (input, init) => {
      try {
        const answer = await fetch(input, init);
        return new Response(await answer.text(), { status: answer.status });
      } finally {
        ended.requests += 1;
      }
    };
    const done = runLogin(loginAt(server, id), { fetch: watched, clock, random, person }, signal);
    done.catch(() => undefined); // looked at by the test
    const untilEnded = async (count: number): Promise<void> => {
      while (ended.requests < count) await nextTurn();
      // What follows an answer takes a few turns.
      for (let turn = 0; turn < 5; turn += 1) await nextTurn();
    };
    await untilEnded(1);
    return {
      clock,
      server,
      person,
      done,
      async pass(ms) {
        const before = ended.requests;
        await clock.advance(ms);
        await untilEnded(before + 1);
      },
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  };

  it.each([200, 400] as const)('waits for the person; refusals come with %i', async (refusals) => {
    await using scene = await begin({ refusals });
    const { server, person, done, pass } = scene;
    expect(person.shown).toEqual([{ url: `${server.url}/device`, code: 'WDJB-1000' }]);
    await pass(5000);
    server.confirm('WDJB-1000');
    await pass(5000);
    expect(server.accepts((await done).accessToken)).toBe(true);
    expect(server.rejections).toEqual([]);
  });

  it('asks more slowly when it is told to', async () => {
    await using scene = await begin();
    const { server, done, pass } = scene;
    server.fail('token', { kind: 'refuse', error: 'slow_down' });
    await pass(5000);
    server.confirm('WDJB-1000');
    await pass(10_000);
    expect(server.accepts((await done).accessToken)).toBe(true);
    expect(server.rejections).toEqual([]);
  });

  it('asks again, later, when the service was ill', async () => {
    await using scene = await begin();
    const { server, done, pass } = scene;
    server.fail('token', { kind: 'status', status: 503 }, { kind: 'cut' });
    server.confirm('WDJB-1000');
    await pass(5000);
    await pass(10_000);
    await pass(20_000);
    expect(server.accepts((await done).accessToken)).toBe(true);
  });

  it('ends when the person says no', async () => {
    await using scene = await begin();
    const { server, done, pass } = scene;
    server.confirm('WDJB-1000', 'deny');
    await pass(5000);
    await expect(done).rejects.toMatchObject({ code: 'login.denied' });
  });

  it('ends when the code is too old', async () => {
    await using scene = await begin({ deviceMs: 10_000 });
    const { server, clock, done } = scene;
    server.fail('token', { kind: 'refuse', error: 'expired_token' });
    await clock.advance(5000);
    await expect(done).rejects.toMatchObject({ code: 'login.timeout' });
  });

  it('gets a session of Copilot', async () => {
    await using scene = await begin(
      { sessionApi: 'https://api.business.githubcopilot.com' },
      'github-copilot',
    );
    const { server, done, pass } = scene;
    server.confirm('WDJB-1000');
    await pass(5000);
    const { session } = await done;
    expect(session?.baseUrl).toBe('https://api.business.githubcopilot.com');
    expect(server.accepts(session?.token ?? '')).toBe(true);
  });
});

describe('a hostile service', () => {
  it.each<[OauthFault, string]>([
    [{ kind: 'status', status: 500 }, 'login.unavailable'],
    [{ kind: 'status', status: 429 }, 'login.unavailable'],
    [{ kind: 'status', status: 418 }, 'login.refused'],
    [{ kind: 'malformed' }, 'login.unavailable'],
    [{ kind: 'html' }, 'login.unavailable'],
    [{ kind: 'huge' }, 'login.unavailable'],
    [{ kind: 'redirect', to: 'https://evil.test/' }, 'login.unavailable'],
    [{ kind: 'cut' }, 'login.unavailable'],
    [{ kind: 'refuse', error: 'invalid_grant' }, 'login.refused'],
    [{ kind: 'refuse', error: 'x'.repeat(5000) }, 'login.refused'],
  ])('is survived: %j', async (fault, code) => {
    await using server = await openOauthServer();
    server.fail('token', fault);
    const deps = { fetch, clock: stillClock, random, person: quickPerson() };
    const failed = runLogin(loginAt(server, 'google'), deps, signal).catch(
      (error: unknown) => error,
    );
    expect(await failed).toMatchObject({ code });
    expect(String(await failed).length).toBeLessThan(500);
  });

  it('does not have its words repeat what was sent', async () => {
    await using server = await openOauthServer();
    const repeats: typeof fetch = async (_input, init) =>
      Response.json(
        {
          error: 'invalid_grant',
          error_description: `not ${typeof init?.body === 'string' ? init.body : ''}`,
        },
        { status: 400 },
      );
    const deps = { fetch: repeats, clock: stillClock, random, person: quickPerson() };
    const failed = await runLogin(loginAt(server, 'google'), deps, signal).catch(String);
    expect(failed).toContain('code=***&code_verifier=***');
  });

  it('is left when it says nothing', async () => {
    await using server = await openOauthServer();
    server.fail('token', { kind: 'hang' });
    const deps = { fetch, clock: fixedClock(), random, person: quickPerson() };
    await expect(runLogin(loginAt(server, 'google'), deps, signal)).rejects.toMatchObject({
      code: expect.stringMatching(/^login\.(?:timeout|unavailable)$/),
    });
  });

  it('is left at once when somebody asks for it', async () => {
    await using server = await openOauthServer();
    server.fail('token', { kind: 'hang' });
    const leaving = new AbortController();
    const deps = { fetch, clock: stillClock, random, person: quickPerson() };
    const done = runLogin(loginAt(server, 'google'), deps, leaving.signal);
    done.catch(() => undefined); // looked at below
    while (server.asked.length < 2) await nextTurn();
    leaving.abort(new Error('left'));
    await expect(done).rejects.toThrow('left');
  });
});
