import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const withNode = join(import.meta.dirname, 'with-node.cjs');

// Says each signal it gets. When its input ends it drains for a moment, in which a signal too many would be heard, and ends with status 7.
const program = `
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => console.log(signal));
process.stdin.on('data', (line) => console.log('heard ' + line)).on('end', () => setTimeout(process.exit, 300, 7));
console.log('ready ' + process.version);
`;

let folder: string;
let started: ChildProcess | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cuttle-with-node-'));
  writeFileSync(join(folder, 'program.cjs'), program);
});

afterEach(() => {
  // What a failed test left behind; the group is the one that start() made.
  if (started?.pid && started.exitCode === null) process.kill(-started.pid, 'SIGKILL');
  rmSync(folder, { recursive: true });
});

async function start(command: string, ...rest: string[]): Promise<Running> {
  const child = spawn(command, rest, {
    cwd: folder,
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  started = child;
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => String((await lines.next()).value);
  for (let line = await next(); !line.startsWith('ready v');) line = await next();
  return { child, pid: child.pid ?? 0, next, exited: once(child, 'exit') };
}

interface Running {
  readonly child: ChildProcess;
  readonly pid: number;
  next(): Promise<string>;
  readonly exited: Promise<unknown[]>;
}

/** Ends the program's input, and returns what else it said before it ended, and its status. */
async function finish(running: Running): Promise<[string[], unknown]> {
  running.child.stdin?.end();
  const [status] = await running.exited;
  const said: string[] = [];
  for (let line = await running.next(); line !== 'undefined'; line = await running.next())
    said.push(line);
  return [said, status];
}

describe.skipIf(process.platform === 'win32')('with-node', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'passes %s on once, waits, and returns the status',
    async (signal) => {
      const running = await start(process.execPath, withNode, 'node', 'program.cjs');
      process.kill(running.pid, signal);
      expect(await running.next()).toBe(signal);
      expect(await finish(running)).toEqual([[], 7]);
    },
  );

  it('passes one Ctrl-C on once, although the terminal signals the whole group', async () => {
    const running = await start(process.execPath, withNode, 'node', 'program.cjs');
    process.kill(-running.pid, 'SIGINT');
    process.kill(running.pid, 'SIGINT');
    expect(await running.next()).toBe('SIGINT');
    expect(await finish(running)).toEqual([[], 7]);
  });

  it.each([
    ['a service manager', 'SIGTERM', 1],
    ['a terminal', 'SIGINT', -1],
  ] as const)('passes a signal from %s on once under npm start', async (_, signal, target) => {
    const scripts = { start: `exec node "${withNode}" node program.cjs` };
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ scripts }));
    const running = await start('npm', 'start');
    process.kill(target * running.pid, signal);
    expect(await running.next()).toBe(signal);
    expect(await finish(running)).toEqual([[], 7]);
  });

  it('keeps the standard streams of the program', async () => {
    const running = await start(process.execPath, withNode, 'node', 'program.cjs');
    running.child.stdin?.write('hello');
    expect(await running.next()).toBe('heard hello');
    expect(await finish(running)).toEqual([[], 7]);
  });

  it('says which program did not start', async () => {
    const child = spawn(process.execPath, [withNode, 'no-such-program'], { stdio: 'pipe' });
    started = undefined;
    let said = '';
    child.stderr.on('data', (chunk) => (said += chunk));
    expect(await once(child, 'close')).toEqual([127, null]);
    expect(said).toContain('no-such-program did not start');
  });
});
