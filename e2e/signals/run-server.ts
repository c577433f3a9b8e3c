import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { connectRaw, type RawClient } from '../gateway/raw-client.ts';

const root = join(import.meta.dirname, '../..');
/** The built server: `npm test` builds before the suites. */
const entry = join(root, 'apps/server/dist/main.js');

export interface RunningServer {
  readonly process: ChildProcess;
  /** Resolves with the printed address; rejects with all it said where it ended before. */
  readonly ready: Promise<string>;
  /** Exit status as a shell sees it. */
  readonly exit: Promise<{ readonly status: number; readonly out: string; readonly err: string }>;
  /** Resolves when it has said this, on either stream. */
  until(words: string): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  /** The owner's socket. */
  connect(): Promise<RawClient>;
}

export interface ServerHome extends AsyncDisposable {
  readonly folder: string;
  readonly runFile: string;
  write(name: string, content: string): Promise<void>;
  read(name: string): Promise<string>;
  start(env?: Readonly<Record<string, string>>): RunningServer;
  /** By `npm start` at the root, as an owner does. */
  npmStart(): RunningServer;
}

/** A fresh home, with a configuration in it unless there is none. Its end ends every server that runs there. */
export async function openServerHome(config?: object): Promise<ServerHome> {
  const folder = await mkdtemp(join(tmpdir(), 'cuttle-process-'));
  const running = new Set<ChildProcess>();
  const base = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    CUTTLE_HOME: folder,
    CUTTLE_GATEWAY__PORT: '0',
  };
  if (config) await writeFile(join(folder, 'cuttle.json5'), JSON.stringify(config));
  const follow = (child: ChildProcess): RunningServer => {
    running.add(child);
    child.once('close', () => running.delete(child));
    return toServer(child, folder);
  };
  return {
    folder,
    runFile: join(folder, 'run/gateway.json'),
    write: (name, content) => writeFile(join(folder, name), content),
    read: (name) => readFile(join(folder, name), 'utf8'),
    start: (env = {}) =>
      follow(spawn(process.execPath, [entry], { env: { ...base, ...env }, stdio: 'pipe' })),
    npmStart: () =>
      // A group of its own, as a terminal makes one.
      follow(spawn('npm', ['start'], { cwd: root, env: base, stdio: 'pipe', detached: true })),
    async [Symbol.asyncDispose]() {
      // What npm started is in a group of its own; the run file names the server.
      const run = await readFile(join(folder, 'run/gateway.json'), 'utf8').catch(() => '{}');
      const { pid } = RunFile.partial().parse(JSON.parse(run));
      const ends = [...running].map(async (child) => {
        child.kill('SIGKILL');
        await once(child, 'close');
      });
      if (ends.length > 0 && pid !== undefined) killIfThere(pid);
      await Promise.all(ends);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}

function toServer(child: ChildProcess, folder: string): RunningServer {
  const said = { out: '', err: '' };
  const news = new EventTarget();
  const hear = (name: 'out' | 'err') => (chunk: Buffer) => {
    said[name] += chunk.toString();
    news.dispatchEvent(new Event('said'));
  };
  child.stdout?.on('data', hear('out'));
  child.stderr?.on('data', hear('err'));
  let ended = false;
  const exit = once(child, 'close').then(([code, signal]: (number | NodeJS.Signals | null)[]) => {
    ended = true;
    news.dispatchEvent(new Event('said'));
    const status = typeof code === 'number' ? code : 128 + numberOf(signal);
    return { status, ...said };
  });
  const wait = async <Found>(look: () => Found | undefined): Promise<Found> => {
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      if (ended) throw new Error(`It ended.\n${said.out}\n${said.err}`);
      await once(news, 'said');
    }
  };
  const ready = wait(() => /http:\/\/127\.0\.0\.1:\d+(?=\/#code=)/.exec(said.out)?.[0]);
  ready.catch(() => {}); // whoever wants to know asks
  return {
    process: child,
    ready,
    exit,
    until: async (words) =>
      void (await wait(() => `${said.out}${said.err}`.includes(words) || undefined)),
    kill: (signal) => void child.kill(signal),
    async connect() {
      const client = await connectRaw(await ready);
      const token = (await readFile(join(folder, 'credentials/gateway-token'), 'utf8')).trim();
      await client.shake({ auth: { token } });
      return client;
    },
  };
}

function numberOf(signal: number | NodeJS.Signals | null | undefined): number {
  return typeof signal === 'string' ? constants.signals[signal] : 0;
}

export const RunFile = z.strictObject({
  pid: z.int(),
  url: z.url(),
  startedAt: z.iso.datetime(),
  version: z.string(),
});
