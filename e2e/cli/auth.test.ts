import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { echoScript } from '@cuttle/testkit';
import { type OauthServer, openOauthServer } from '@cuttle/testkit/oauth';
import { openOpenaiServer } from '@cuttle/testkit/openai';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type CliHome, openHome } from './open-home.ts';

let folder: string;
let server: OauthServer;
let home: CliHome;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cuttle-browser-'));
  // A browser: it goes where it is sent, and leaves.
  const browser = join(folder, 'browser');
  await writeFile(
    browser,
    `#!${process.execPath}\nfetch(process.argv[2]).then((page) => page.text());\n`,
  );
  await chmod(browser, 0o755);
  server = await openOauthServer();
  home = await openHome({ BROWSER: browser });
});
afterEach(async () => {
  await home[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** The home's own configuration, with a login to the test's server. */
async function configure(providers: object, model: string): Promise<void> {
  const file = join(home.folder, 'cuttle.json5');
  const before = JSON.parse(await readFile(file, 'utf8')) as object; // written by openHome
  const openai = {
    clientId: 'test-client',
    authorizeUrl: server.authorizeUrl,
    tokenUrl: server.tokenUrl,
    exchangeUrl: server.tokenUrl,
    redirectUrl: 'http://127.0.0.1:0/callback',
  };
  const config = { ...before, logins: { openai }, providers, agents: { defaults: { model } } };
  await writeFile(file, JSON.stringify(config));
}

it('logs in with a browser and a listener of this machine, and asks a model with what it got', async () => {
  await configure({}, 'mine/gpt-4.1-mini');
  const ran = await home.run('auth', 'login', 'openai', '--profile', 'me');
  expect(ran).toMatchObject({ status: 0, out: expect.stringContaining('as ann@example.test') });
  const file = join(home.folder, 'credentials/logins/openai.json');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const book = JSON.parse(await readFile(file, 'utf8')) as {
    readonly profiles: Readonly<Record<string, { readonly session: { readonly token: string } }>>;
  };
  const token = book.profiles['me']?.session.token ?? '';
  expect(server.accepts(token)).toBe(true);
  expect(server.rejections).toEqual([]);

  await using model = await openOpenaiServer({ script: echoScript(), apiKeys: [token] });
  const mine = {
    kind: 'openai',
    baseUrl: model.url,
    login: 'me',
    models: [{ id: 'gpt-4.1-mini' }],
  };
  await configure({ mine }, 'mine/gpt-4.1-mini');
  expect(await home.run('run', 'Hello there')).toMatchObject({
    status: 0,
    out: 'You said: Hello there\n',
  });
  const said = [
    await home.run('auth', 'status'),
    await home.run('config', 'get', '--json'),
    await home.run('logs'),
  ];
  for (const { out, err } of said) expect(out + err).not.toContain(token);

  // A gateway that runs hears of a login that takes the place of another.
  const other = await home.run('auth', 'login', 'openai', '--profile', 'other');
  expect(other).toMatchObject({ status: 0, err: expect.not.stringContaining('could not be told') });
  expect((await home.run('auth', 'logout', 'openai')).out).toContain('Logged out');
  const failed = await home.run('run', '--new', 'Hello again');
  expect(failed.status).toBe(1);
  expect(failed.err + failed.out).toContain('cuttle auth login openai --profile me');
}, 90_000);

it('ends at Ctrl-C, and lets the port go', async () => {
  await configure({}, 'offline/offline');
  server.fail('authorize', { kind: 'hang' });
  const running = home.start('auth', 'login', 'openai');
  await running.until(server.authorizeUrl);
  running.process.kill('SIGINT');
  expect(await running.ended).toMatchObject({ status: 130, out: '' });
  expect((await home.run('auth', 'status')).out).toContain('Nobody is logged in.');
}, 30_000);
