import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseJson } from '@cuttle/core-types';
import { type ModelServer, stall, text } from '@cuttle/testkit';
import { type Program, startProgram } from '@cuttle/testkit/crash';
import { openOpenaiServer } from '@cuttle/testkit/openai';
import { openTelegramServer, type TelegramServer } from '@cuttle/testkit/telegram';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';

const apps = join(import.meta.dirname, '../../apps');
const token = 'worker-test-token';
const soon = (): AbortSignal => AbortSignal.timeout(30_000);

let home: string;
let made: AsyncDisposableStack;
let telegram: TelegramServer;
let model: ModelServer;
/** Until somebody lets it, the model says nothing. */
let mayAnswer: boolean;

beforeEach(async () => {
  made = new AsyncDisposableStack();
  home = await mkdtemp(join(tmpdir(), 'cuttle-worker-'));
  made.defer(() => rm(home, { recursive: true, force: true }));
  telegram = made.use(await openTelegramServer({ longPollCapMs: 500 }));
  for (const id of [7, 8]) telegram.user({ id, firstName: `Person ${id}` });
  mayAnswer = false;
  model = made.use(
    await openOpenaiServer({
      script: ({ messages }) =>
        mayAnswer ? [text(`You said: ${messages.at(-1)?.text}`)] : [text('I '), stall()],
    }),
  );
  const config = {
    gateway: { port: 0, auth: { token } },
    log: { level: 'warn' },
    providers: {
      local: {
        kind: 'openai',
        baseUrl: model.url,
        apiKey: 'test-key',
        models: [{ id: 'gpt-4.1-mini' }],
      },
    },
    agents: { defaults: { model: 'local/gpt-4.1-mini' } },
    // Of what is shown while an answer grows, a kill may leave something behind.
    delivery: { streamAfterMs: 600_000 },
    channels: {
      telegram: { main: { token: telegram.token, apiRoot: telegram.url, dmPolicy: 'open' } },
    },
  };
  await writeFile(join(home, 'cuttle.json5'), JSON.stringify(config));
});
afterEach(() => made.disposeAsync());

function start(app: 'server' | 'worker', ...args: readonly string[]): Program {
  const program = startProgram({
    file: process.execPath,
    args: [join(apps, app, 'dist/main.js'), ...args],
    env: { PATH: process.env['PATH'], CUTTLE_HOME: home },
  });
  made.defer(async () => {
    program.signal('SIGKILL');
    await program.end;
  });
  return program;
}

/** Where the server answers, once it does. */
async function urlOf(server: Program): Promise<string> {
  const RunFile = z.object({ url: z.string(), pid: z.int() });
  for (const until = soon(); ;) {
    until.throwIfAborted();
    if (server.ended) throw new Error(server.output);
    const written = await readFile(join(home, 'run/gateway.json'), 'utf8').catch(() => undefined);
    const run = written === undefined ? undefined : parseJson(RunFile, written);
    if (run && run.pid === server.pid) return run.url;
    await new Promise((resolve) => setTimeout(resolve, 20)); // another process writes it
  }
}

function complete(url: string, session: string, content: string): Promise<Response> {
  return fetch(new URL('/v1/chat/completions', url), {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'x-cuttle-session': session,
    },
    body: JSON.stringify({ model: 'cuttle', messages: [{ role: 'user', content }] }),
  });
}

describe('cuttle-worker --drain', () => {
  it('answers everything that a killed server had accepted, and receives nothing', async () => {
    const server = start('server');
    const url = await urlOf(server);
    telegram.say({ from: 7, text: 'one' });
    telegram.say({ from: 8, text: 'two' });
    const lost = complete(url, 'desk', 'three').catch((error: unknown) => error);
    await model.untilCalls(3, soon());
    telegram.say({ from: 7, text: 'four' });
    const { update } = telegram.say({ from: 8, text: 'five' });
    await telegram.waitFor(
      () => telegram.acknowledgedUpTo >= (update?.update_id ?? Infinity),
      soon(),
    );
    server.signal('SIGKILL');
    await server.end;
    expect(await lost).toBeInstanceOf(Error);
    expect([7, 8].flatMap((chat) => textsFor(chat))).not.toContain('You said: one');

    mayAnswer = true;
    const polled = telegram.calls('getUpdates').length;
    const worker = start('worker', '--drain');
    expect(await worker.end).toEqual({ code: 0, signal: null });
    expect(worker.output).toContain(
      'Runs: 5 completed, 0 failed, 0 stopped. Left: 0 messages, 0 runs, 0 replies.\n',
    );
    expect(textsFor(7)).toEqual(['You said: one', 'You said: four']);
    expect(textsFor(8)).toEqual(['You said: two', 'You said: five']);
    expect(telegram.calls('getUpdates')).toHaveLength(polled);

    const again = start('server');
    const history = await complete(await urlOf(again), 'desk', 'and now?');
    expect(await history.json()).toMatchObject({
      choices: [{ message: { content: 'You said: and now?' } }],
    });
    const asked = model.calls.at(-1)?.messages.map((message) => message.text);
    expect(asked?.slice(-3)).toEqual(['three', 'You said: three', 'and now?']);
  });

  it('leaves a home alone that a server has open', async () => {
    const server = start('server');
    await urlOf(server);
    const worker = start('worker', '--drain');
    expect(await worker.end).toEqual({ code: 1, signal: null });
    expect(worker.output).toContain('store.single-process');
    expect(worker.output).toContain(String(server.pid));
  });

  it('says with its status that something had to be left', async () => {
    const server = start('server');
    await urlOf(server);
    const { update } = telegram.say({ from: 7, text: 'one' });
    await telegram.waitFor(
      () => telegram.acknowledgedUpTo >= (update?.update_id ?? Infinity),
      soon(),
    );
    server.signal('SIGKILL');
    await server.end;
    mayAnswer = true;
    telegram.revokeToken();
    const worker = start('worker', '--drain');
    expect(await worker.end).toEqual({ code: 75, signal: null });
    expect(worker.output).toContain('Left: 0 messages, 1 runs, 0 replies.');
  });
});

it('cuttle-worker does not stand beside a server on SQLite, and says what to do', async () => {
  const worker = start('worker');
  expect(await worker.end).toEqual({ code: 1, signal: null });
  expect(worker.output).toContain('store.single-process');
  expect(worker.output).toContain('--drain');
});

function textsFor(chat: number): string[] {
  return telegram.visibleFromBot(chat).map((message) => message.text);
}
