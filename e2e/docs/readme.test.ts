import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Program, startProgram } from '@cuttle/testkit/crash';
import { openTelegramServer, type TelegramServer } from '@cuttle/testkit/telegram';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// The README's five minutes, line by line, at another port and in another home. `npm start` builds, then becomes this program.
const root = join(import.meta.dirname, '../..');
const readme = await readFile(join(root, 'README.md'), 'utf8');
const [start = '', withKey = '', withTelegram = '', approve = '', curl = '', test = ''] = [
  ...readme.matchAll(/```sh\n([\s\S]*?)```/g),
].map(([, block = '']) => block.trim());
const soon = (): AbortSignal => AbortSignal.timeout(20_000);

let made: AsyncDisposableStack;
let home: string;
let telegram: TelegramServer;
let server: Program;
let url: string;

beforeAll(async () => {
  made = new AsyncDisposableStack();
  home = await mkdtemp(join(tmpdir(), 'cuttle-readme-'));
  made.defer(() => rm(home, { recursive: true, force: true }));
  telegram = made.use(await openTelegramServer({ longPollCapMs: 500 }));
  telegram.user({ id: 7, firstName: 'Ann' });
  // The token as the page says, in `.env`; only the address of Telegram is ours.
  await writeFile(join(home, '.env'), `TELEGRAM_BOT_TOKEN=${telegram.token}\n`);
  server = startProgram({
    file: process.execPath,
    args: [join(root, 'apps/server/dist/main.js')],
    env: {
      PATH: process.env['PATH'],
      CUTTLE_HOME: home,
      CUTTLE_GATEWAY__PORT: '0',
      CUTTLE_CHANNELS__TELEGRAM__MAIN__API_ROOT: telegram.url,
      // No model server of this machine is to be found.
      OLLAMA_HOST: 'http://127.0.0.1:9',
    },
  });
  made.defer(async () => {
    server.signal('SIGKILL');
    await server.end;
  });
  url = await addressOf(server);
});
afterAll(() => made.disposeAsync());

/** The address that the server prints, once it does. */
async function addressOf(program: Program): Promise<string> {
  for (const until = soon(); ;) {
    const [printed] = /http:\/\/127\.0\.0\.1:\d+\/#code=\S+/.exec(program.output) ?? [];
    if (printed !== undefined) return printed;
    until.throwIfAborted();
    if (program.ended) throw new Error(program.output);
    await new Promise((resolve) => setTimeout(resolve, 20)); // another process prints it
  }
}

/** Runs a line of the README in a shell. */
function inShell(line: string): Promise<string> {
  const here = line
    .replaceAll('http://127.0.0.1:18800', new URL(url).origin)
    .replaceAll('~/.cuttle', home);
  return new Promise((resolve, reject) => {
    const env = { PATH: process.env['PATH'], HOME: home, CUTTLE_HOME: home };
    execFile('sh', ['-c', here], { cwd: root, env }, (error, stdout, stderr) =>
      error ? reject(new Error(`${here}\n${stderr}`)) : resolve(stdout),
    );
  });
}

describe('the five minutes of the README', () => {
  it('start and test with commands that exist', async () => {
    const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
      readonly scripts: Readonly<Record<string, string>>; // of our own manifest
    };
    expect([start, withKey, withTelegram, test]).toEqual([
      'npm start',
      'ANTHROPIC_API_KEY=... npm start',
      'TELEGRAM_BOT_TOKEN=... npm start',
      'npm test',
    ]);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(['start', 'test', 'cuttle']));
  });

  it('print an address that logs a browser in, once', async () => {
    const page = await fetch(url);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<!doctype html>');
    const code = new URL(url).hash.replace('#code=', '');
    const trade = (): Promise<Response> =>
      fetch(new URL('/auth/code', url), { method: 'POST', body: JSON.stringify({ code }) });
    expect([(await trade()).status, (await trade()).status]).toEqual([204, 401]);
    expect(await inShell('npm run -s cuttle -- open')).toContain('/#code=');
  });

  it('answer an OpenAI client without a model', async () => {
    expect(curl).toContain('/v1/chat/completions');
    const answer: unknown = JSON.parse(await inShell(curl));
    expect(answer).toMatchObject({
      choices: [{ message: { content: expect.stringContaining('42') } }],
    });
  });

  it('let a person of Telegram in with their code', async () => {
    telegram.say({ from: 7, text: 'hello' });
    const offer = await telegram.waitFor(() => telegram.visibleFromBot(7)[0], soon());
    const [, code = ''] = /with: cuttle pair approve (\S+)/.exec(offer.text) ?? [];
    expect(approve).toBe('npm run -s cuttle -- pair approve CODE');
    await inShell(approve.replace('CODE', code));
    telegram.say({ from: 7, text: 'what is 6 * 7?' });
    const answer = await telegram.waitFor(
      () => telegram.visibleFromBot(7).find(({ text }) => text.includes('42')),
      soon(),
    );
    expect(answer.text).toContain('42');
  });

  it('say what runs', async () => {
    const status = await inShell('npm run -s cuttle -- status');
    expect(status).toContain('offline/offline');
    expect(status).toContain('telegram');
  });

  it('keep everything in the home', async () => {
    const token = await readFile(join(home, 'credentials/gateway-token'), 'utf8');
    expect(token.trim()).not.toBe('');
    const database = await readFile(join(home, 'data/cuttle.db'));
    expect(database.subarray(0, 15).toString()).toBe('SQLite format 3');
  });

  it('stop by Ctrl-C', async () => {
    server.signal('SIGINT');
    expect(await server.end).toEqual({ code: 0, signal: null });
  });
});
