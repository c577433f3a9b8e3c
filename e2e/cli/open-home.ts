import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { echoScript, type ModelServer } from '@cuttle/testkit';
import { openOpenaiServer } from '@cuttle/testkit/openai';

const entry = join(import.meta.dirname, '../../apps/cli/dist/main.js');

export interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** A command that runs: what it said so far, and what it is told. */
export interface Running {
  readonly process: ChildProcess;
  readonly ended: Promise<Ran>;
  /** Resolves when stdout and stderr together hold the text. */
  until(text: string): Promise<void>;
}

/** A fresh home with a model that does what the user's text says, and command lines over it. */
export interface CliHome extends AsyncDisposable {
  readonly folder: string;
  readonly model: ModelServer;
  start(...argv: readonly string[]): Running;
  run(...argv: readonly string[]): Promise<Ran>;
  runWith(input: string, ...argv: readonly string[]): Promise<Ran>;
  /** Of the gateway that runs. */
  gatewayPid(): Promise<number>;
}

export async function openHome(extra: Readonly<Record<string, string>> = {}): Promise<CliHome> {
  const folder = await mkdtemp(join(tmpdir(), 'cuttle-home-'));
  const model = await openOpenaiServer({
    script: echoScript(),
    rules: 'skipped',
    maxRequests: 10_000,
  });
  // The same port after a restart, so that who was connected finds the gateway again.
  const config = {
    gateway: { port: await findPort() },
    providers: {
      local: {
        kind: 'openai',
        baseUrl: model.url,
        apiKey: 'test-key',
        models: [{ id: 'gpt-4.1-mini' }],
      },
    },
    agents: { defaults: { model: 'local/gpt-4.1-mini' } },
  };
  await writeFile(join(folder, 'cuttle.json5'), JSON.stringify(config));
  const env = { PATH: process.env['PATH'], HOME: folder, CUTTLE_HOME: folder, ...extra };
  const start = (argv: readonly string[]): Running =>
    follow(spawn(process.execPath, [entry, ...argv], { env, stdio: 'pipe' }));
  const home: CliHome = {
    folder,
    model,
    start: (...argv) => start(argv),
    run: (...argv) => home.runWith('', ...argv),
    runWith(input, ...argv) {
      const running = start(argv);
      running.process.stdin?.end(input);
      return running.ended;
    },
    async gatewayPid() {
      const run: unknown = JSON.parse(await readFile(join(folder, 'run/gateway.json'), 'utf8'));
      return (run as { readonly pid: number }).pid; // written by the gateway
    },
    async [Symbol.asyncDispose]() {
      await home.run('stop');
      await model[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return home;
}

function follow(child: ChildProcess): Running {
  const said = { out: '', err: '' };
  const listeners = new Set<() => void>();
  const hear = (name: 'out' | 'err') => (chunk: Buffer) => {
    said[name] += chunk.toString('utf8');
    for (const listener of listeners) listener();
  };
  child.stdout?.on('data', hear('out'));
  child.stderr?.on('data', hear('err'));
  const ended = once(child, 'close').then(([code, signal]: unknown[]) => ({
    status: typeof code === 'number' ? code : -1,
    ...said,
    ...(typeof signal === 'string' && { err: `${said.err}(${signal})` }),
  }));
  return {
    process: child,
    ended,
    until: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!`${said.out}${said.err}`.includes(text)) return;
          listeners.delete(look);
          resolve();
        };
        listeners.add(look);
        look();
        ended.then(
          () => reject(new Error(`It ended without "${text}": ${said.out.slice(-300)}${said.err}`)),
          reject,
        );
      }),
  };
}

async function findPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new TypeError('no port');
  return address.port;
}
