import { spawn } from 'node:child_process';
import { readdirSync, statSync, utimesSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/** The root of the checkout. */
export const root = join(import.meta.dirname, '..');

/** A program with its arguments, run at the root of the checkout. */
export type Command = readonly [program: string, ...rest: string[]];

export interface Outcome {
  readonly status: number;
  /** What it wrote to both streams; empty if they were shown. */
  readonly printed: string;
}

/** Runs a command to its end; `heard` gets what is kept as it comes. A SIGINT or SIGTERM meanwhile ends the command, then this process. */
export function runCommand(
  [program, ...rest]: Command,
  output: 'kept' | 'shown' = 'kept',
  heard: (chunk: Buffer) => void = () => {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(program, rest, {
      cwd: root,
      stdio: output === 'shown' ? 'inherit' : ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    });
    const chunks: Buffer[] = [];
    const keep = (chunk: Buffer): void => {
      chunks.push(chunk);
      heard(chunk);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    const stop = (signal: NodeJS.Signals): void => {
      child.kill(signal);
      child.once('close', () => process.exit(128 + constants.signals[signal]));
    };
    process.once('SIGINT', stop).once('SIGTERM', stop);
    const finish = (status: number): void => {
      process.removeListener('SIGINT', stop).removeListener('SIGTERM', stop);
      resolve({ status, printed: Buffer.concat(chunks).toString() });
    };
    child.on('error', (error) => {
      chunks.push(Buffer.from(`${program} did not start: ${error.message}\n`));
      finish(127);
    });
    child.on('close', (code) => finish(code ?? 1));
  });
}

/** How often a command that takes long says how far it is. */
const eachMs = 15_000;

/**
 * Runs a command that all later ones need: quiet while it is quick, then with its last line every so often, so that a registry that does
 * not answer is no silence. If it fails, its output is shown and this process ends with its status.
 */
async function runOrExit(title: string, command: Command): Promise<void> {
  process.stderr.write(`cuttle: ${title} …\n`);
  const startedAt = performance.now();
  let last = '';
  const timer = setInterval(() => {
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    process.stderr.write(`cuttle: ${title} … ${seconds} s ${last}\n`);
  }, eachMs);
  const { status, printed } = await runCommand(command, 'kept', (chunk) => {
    const lines = stripVTControlCharacters(chunk.toString()).split('\n');
    // turbo's bullets tell of itself, not of the work.
    last = lines.map((line) => line.trim()).findLast((line) => /^[^•]/.test(line)) ?? last;
  });
  clearInterval(timer);
  if (status === 0) return;
  process.stderr.write(`${printed}cuttle: ${title} failed: ${command.join(' ')}\n`);
  process.exit(status);
}

const changedAt = (file: string): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

// pnpm writes this file when it installs.
const installed = join(root, 'node_modules/.modules.yaml');

function isInstalled(): boolean {
  const members = ['packages', 'apps'].flatMap((parent) =>
    readdirSync(join(root, parent)).map((name) => join(parent, name)),
  );
  const manifests = ['.', 'tooling', 'e2e', 'bench', 'docs', ...members].map((folder) =>
    join(root, folder, 'package.json'),
  );
  const inputs = ['pnpm-lock.yaml', 'pnpm-workspace.yaml'].map((name) => join(root, name));
  const installedAt = changedAt(installed);
  return [...inputs, ...manifests].every((file) => changedAt(file) < installedAt);
}

/** Installs from the lock file, unless nothing has changed since the last time. */
export async function install(): Promise<void> {
  if (isInstalled()) return;
  await runOrExit('installing packages', [
    'pnpm',
    'install',
    '--frozen-lockfile',
    '--prefer-offline',
  ]);
  // pnpm leaves the file alone when it finds nothing to do.
  utimesSync(installed, new Date(), new Date());
}

/** Builds what has changed; turbo takes the rest from its cache. */
export async function build(): Promise<void> {
  await runOrExit('building', ['turbo', 'run', 'build', '--output-logs=errors-only']);
}
