import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type OauthServer, openOauthServer } from '@cuttle/testkit/oauth';
import { afterEach, describe, expect, it } from 'vitest';
import type { CliContext } from '../context.ts';
import { type Bench, openBench } from '../testing/run-command.ts';

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one[Symbol.asyncDispose]();
});

interface Scene {
  readonly cli: Bench;
  readonly server: OauthServer;
  /** Pages that were opened, and what they said in the end. */
  readonly pages: { readonly url: string; readonly text: string }[];
}

/** A home whose logins are done with a server of the test, and a browser that follows where it is sent. */
async function openScene(overrides: Partial<CliContext> = {}): Promise<Scene> {
  const first = await openOauthServer();
  open.push(first);
  const server = await openOauthServer({
    clients: [
      {
        id: 'test-client',
        redirectUrls: ['http://127.0.0.1/callback', 'http://localhost/callback', first.codePageUrl],
      },
    ],
    intervalMs: 1000,
  });
  const pages: { url: string; text: string }[] = [];
  const cli = await openBench({
    openBrowser: async (url) => {
      void fetch(url).then(
        async (page) => pages.push({ url, text: await page.text() }),
        () => undefined, // the command ended before
      );
      return true;
    },
    ...overrides,
  });
  open.push(server, cli);
  const at = {
    clientId: 'test-client',
    authorizeUrl: server.authorizeUrl,
    tokenUrl: server.tokenUrl,
    deviceUrl: server.deviceUrl,
  };
  const logins = {
    google: at,
    github: at,
    'github-copilot': { ...at, exchangeUrl: server.copilotUrl },
    anthropic: { ...at, redirectUrl: first.codePageUrl },
    openrouter: { authorizeUrl: server.keyPageUrl, tokenUrl: server.keysUrl },
  };
  await writeFile(join(cli.home, 'cuttle.json5'), JSON.stringify({ logins }));
  return { cli, server, pages };
}

const kept = async ({ cli }: Scene, login: string): Promise<string> =>
  readFile(join(cli.home, 'credentials/logins', `${login}.json`), 'utf8');

describe('cuttle auth login', () => {
  it('logs in with the browser, and keeps it where its owner alone can read', async () => {
    const scene = await openScene();
    const { cli, server, pages } = scene;
    const ran = await cli.run('auth', 'login', 'google');
    expect(ran).toMatchObject({
      status: 0,
      out: expect.stringContaining('as ann@example.test.\nIt is used for the kind gemini'),
      err: expect.stringContaining(server.authorizeUrl),
    });
    const { profiles } = JSON.parse(await kept(scene, 'google')) as {
      profiles: Record<string, { accessToken: string; refreshToken: string }>;
    };
    const { accessToken = '', refreshToken = '' } = profiles['default'] ?? {};
    expect(server.accepts(accessToken)).toBe(true);
    const file = await stat(join(cli.home, 'credentials/logins/google.json'));
    expect(file.mode & 0o777).toBe(0o600);
    expect(ran.out + ran.err).not.toContain(accessToken);
    expect(pages[0]?.text).toContain('you can close this page');
    const shown = [
      await cli.run('auth', 'status'),
      await cli.run('auth', 'status', '--json'),
      await cli.run('config', 'get'),
    ];
    for (const { out, err } of shown)
      for (const secret of [accessToken, refreshToken]) expect(out + err).not.toContain(secret);
    expect(server.rejections).toEqual([]);
  });

  it('needs no id with OpenRouter, and knows several profiles', async () => {
    const { cli } = await openScene();
    for (const profile of ['work', 'home'])
      expect(await cli.run('auth', 'login', 'openrouter', '--profile', profile)).toMatchObject({
        status: 0,
      });
    expect((await cli.run('auth', 'status')).out).toBe(
      [
        '   Login       Profile  Account  State',
        '*  openrouter  work     user_1   lasts until it is revoked',
        '   openrouter  home     user_1   lasts until it is revoked',
        '',
      ].join('\n'),
    );
    await cli.run('auth', 'login', 'openrouter', '--profile', 'home', '--default');
    const { out } = await cli.run('auth', 'status', '--json');
    expect(JSON.parse(out)).toMatchObject({
      logins: [
        { profile: 'home', isDefault: true, state: 'lasting' },
        { profile: 'work', isDefault: false },
      ],
      keys: [],
    });
    const gone = await cli.run('auth', 'logout', 'openrouter', '--profile', 'home');
    expect(gone.out).toBe('Logged out of OpenRouter: home.\n');
    expect(await cli.run('auth', 'logout', 'openrouter', '--profile', 'home')).toMatchObject({
      status: 1,
      err: expect.stringContaining('login.unknown: There is no profile "home" of OpenRouter.'),
    });
    expect((await cli.run('auth', 'logout', 'openrouter')).out).toContain('work');
    expect((await cli.run('auth', 'logout', 'openrouter')).out).toContain('Nobody was logged in');
    expect((await cli.run('auth', 'status')).out).toContain('Nobody is logged in.');
  });

  it.each([
    [
      'the code of the page',
      'anthropic',
      (to: URL) => `${to.searchParams.get('code')}#${to.searchParams.get('state')}`,
    ],
    ['the address that the browser ended at', 'google', (to: URL) => to.href],
  ])('takes %s as a line of input', async (_what, login, typed) => {
    const { cli, server } = await openScene();
    const running = cli.run('auth', 'login', login, '--no-browser');
    const url = await shownUrl(cli);
    const page = await fetch(url, { redirect: 'manual' });
    cli.stdin.write(`${typed(new URL(page.headers.get('location') ?? ''))}\n`);
    expect(await running).toMatchObject({ status: 0, out: expect.stringContaining('Logged in') });
    expect(server.rejections).toEqual([]);
  });

  it('shows a code to type elsewhere', async () => {
    const { cli, server } = await openScene({ openBrowser: async () => false });
    const running = cli.run('auth', 'login', 'github-copilot', '--json');
    const url = await shownUrl(cli);
    expect(url).toBe(`${server.url}/device`);
    server.confirm('WDJB-1000');
    const { status, out } = await running;
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ login: 'github-copilot', state: 'renewable' });
  });

  it('ends at Ctrl-C and leaves nothing', async () => {
    const { cli } = await openScene({ openBrowser: async () => true });
    const running = cli.run('auth', 'login', 'google');
    await shownUrl(cli);
    cli.signal('SIGINT');
    expect(await running).toMatchObject({ status: 130, out: '' });
    await expect(readdir(join(cli.home, 'credentials'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('takes no answer but its own', async () => {
    const { cli } = await openScene({ openBrowser: async () => true });
    const running = cli.run('auth', 'login', 'google');
    const asked = new URL(await shownUrl(cli));
    const back = asked.searchParams.get('redirect_uri') ?? '';
    const state = asked.searchParams.get('state') ?? '';
    const statuses = [
      (await fetch(`${back}?code=stolen&state=other`)).status,
      (await fetch(`${back}?code=stolen`)).status,
      (await fetch(back, { method: 'POST' })).status,
      (await fetch(new URL('/other', back))).status,
    ];
    expect(statuses).toEqual([400, 400, 404, 404]);
    expect(new URL(back).hostname).toBe('127.0.0.1');
    const refused = await fetch(`${back}?error=access_denied&state=${state}`);
    expect(await refused.text()).toContain('The login was refused.');
    expect(await running).toMatchObject({
      status: 1,
      err: expect.stringContaining('login.denied: '),
    });
  });

  it.each([
    [['auth', 'login'], 'request.invalid: Which service is not said.\nName one: openrouter, '],
    [['auth', 'logout'], 'login.unknown: Nobody is logged in.'],
    [['auth', 'login', 'nobody'], 'login.unknown: There is no login "nobody".\nLogins: openrouter'],
    [['auth', 'login', 'discord'], 'login.unset: Discord knows programs by an id'],
    [
      ['auth', 'login', 'google', '--profile', '../x'],
      'login.unset: "../x" cannot name a profile.',
    ],
  ])('says what is missing: %j', async (argv, message) => {
    const { cli } = await openScene();
    expect(await cli.run(...argv)).toMatchObject({
      status: 1,
      out: '',
      err: expect.stringContaining(message),
    });
  });

  it('survives a damaged file', async () => {
    const { cli } = await openScene();
    const folder = join(cli.home, 'credentials/logins');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'openrouter.json'), '{ half');
    expect(await cli.run('auth', 'status')).toMatchObject({ status: 0 });
    expect(await cli.run('auth', 'login', 'openrouter')).toMatchObject({
      status: 1,
      err: expect.stringContaining('`cuttle auth logout openrouter` takes it away'),
    });
    await cli.run('auth', 'logout', 'openrouter');
    expect(await cli.run('auth', 'login', 'openrouter')).toMatchObject({ status: 0 });
  });
});

describe('the picker', () => {
  it('is searched, shows what is known, and ends with what was chosen', async () => {
    const { cli } = await openScene();
    await cli.run('auth', 'login', 'google');
    const terminal = await openTerminal(cli);
    const running = terminal.run('auth', 'login');
    await terminal.until('Log in to which service?');
    await terminal.until('logged in as ann@example.test');
    expect(terminal.said()).toContain('needs logins.discord.clientId');
    for (const key of 'openr') terminal.cli.stdin.write(key);
    await terminal.until('OpenRouter');
    terminal.cli.stdin.write('\r');
    expect(await running).toMatchObject({
      status: 0,
      out: expect.stringContaining('Logged in to OpenRouter'),
    });
  });

  it('ends at Ctrl-C', async () => {
    const { cli } = await openScene();
    const terminal = await openTerminal(cli);
    const running = terminal.run('auth', 'login');
    await terminal.until('Log in to which service?');
    terminal.cli.stdin.write('\u0003');
    expect(await running).toMatchObject({ status: 130 });
  });
});

/** The same home, looked at by a person. */
async function openTerminal(other: Bench): Promise<{
  readonly cli: Bench;
  run: Bench['run'];
  said(): string;
  until(text: string): Promise<void>;
}> {
  const cli = await openBench({
    terminal: true,
    env: { CUTTLE_HOME: other.home },
    openBrowser: other.context.openBrowser,
  });
  open.push(cli);
  let said = '';
  const listeners = new Set<() => void>();
  cli.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString('utf8');
    for (const listener of listeners) listener();
  });
  return {
    cli,
    run: cli.run,
    said: () => said,
    until: (text) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!said.includes(text)) return;
          listeners.delete(look);
          resolve();
        };
        listeners.add(look);
        look();
      }),
  };
}

/** The address that the command shows. */
async function shownUrl(cli: Bench): Promise<string> {
  let said = '';
  for (;;) {
    const [, url] = /^ {2}(http\S+)\n/m.exec(said) ?? [];
    if (url !== undefined) return url;
    const { stderr } = cli.context;
    const chunk = await new Promise<Buffer>((resolve) => stderr.once('data', resolve));
    said += chunk.toString('utf8');
  }
}
