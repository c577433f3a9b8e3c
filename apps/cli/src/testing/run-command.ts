import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { sequentialIds } from '@cuttle/testkit';
import type { CliContext, EndSignal } from '../context.ts';
import { nodeClock } from '../node-clock.ts';
import { runCli } from '../run-cli.ts';

/** What a command came to. */
export interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** A home of its own, and command lines run over it. */
export interface Bench extends AsyncDisposable {
  readonly context: CliContext;
  readonly home: string;
  readonly stdin: PassThrough;
  readonly stdout: PassThrough;
  run(...argv: readonly string[]): Promise<Ran>;
  /** What a person does with Ctrl-C, or a supervisor with SIGTERM. */
  signal(signal: EndSignal): void;
  /** Writes where a gateway runs, as a gateway does. */
  announce(url: string, pid?: number): Promise<void>;
}

/** `terminal`: in and out are one. */
export async function openBench({
  terminal = false,
  ...overrides
}: Partial<CliContext> & { terminal?: boolean } = {}): Promise<Bench> {
  const home = await mkdtemp(join(tmpdir(), 'cuttle-cli-'));
  const listeners = new Set<(signal: EndSignal) => void>();
  const stream = (): PassThrough =>
    Object.assign(new PassThrough(), {
      isTTY: terminal,
      columns: 80,
      rows: 40,
      setRawMode: () => undefined,
    });
  const [stdin, stdout] = [stream(), stream()];
  const stderr = new PassThrough();
  const context: CliContext = {
    version: '1.2.3',
    env: { CUTTLE_HOME: home, CUTTLE_GATEWAY__AUTH__TOKEN: undefined },
    stdin,
    stdout,
    stderr,
    userFolder: '/nowhere',
    serverEntry: '/nowhere/main.js',
    clock: nodeClock,
    newId: sequentialIds(),
    fetch: globalThis.fetch,
    processes: {
      start: () => ({ pid: undefined, exited: Promise.resolve(1) }),
      isAlive: (pid) => pid === 4242,
      signal: () => false,
    },
    openBrowser: () => Promise.resolve(false),
    editText: async ({ text }, use) => use(text),
    onSignal(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    ...overrides,
  };
  return {
    context,
    home,
    stdin,
    stdout,
    run: (...argv) => runOver(context, { stdout, stderr }, argv),
    signal(signal) {
      for (const listener of listeners) listener(signal);
    },
    async announce(url, pid = 4242) {
      await mkdir(join(home, 'run'), { recursive: true });
      await mkdir(join(home, 'credentials'), { recursive: true });
      const run = { pid, url, startedAt: '2026-01-01T00:00:00.000Z', version: '0' };
      await writeFile(join(home, 'run', 'gateway.json'), JSON.stringify(run));
      await writeFile(join(home, 'credentials', 'gateway-token'), 'right\n');
    },
    async [Symbol.asyncDispose]() {
      await rm(home, { recursive: true });
    },
  };
}

async function runOver(
  context: CliContext,
  { stdout, stderr }: { stdout: PassThrough; stderr: PassThrough },
  argv: readonly string[],
): Promise<Ran> {
  const said = { out: '', err: '' };
  const hear = (name: 'out' | 'err') => (chunk: Buffer) => {
    said[name] += chunk.toString('utf8');
  };
  const [out, err] = [hear('out'), hear('err')];
  stdout.on('data', out);
  stderr.on('data', err);
  const status = await runCli(context, argv);
  await new Promise((resolve) => setImmediate(resolve));
  stdout.off('data', out);
  stderr.off('data', err);
  return { status, ...said };
}
