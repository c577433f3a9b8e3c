import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname } from 'node:path';
import type { Processes, Started, StartOptions } from './processes.ts';

/** Processes of this machine, started with the Node that `host` runs on. */
export function createProcesses(host: Pick<NodeJS.Process, 'execPath' | 'kill'>): Processes {
  const send = (pid: number, signal: NodeJS.Signals | 0): boolean => {
    try {
      return host.kill(pid, signal);
    } catch (error) {
      // It is there and belongs to somebody else.
      return error instanceof Error && 'code' in error && error.code === 'EPERM';
    }
  };
  return {
    start: (entry, options) => start(host.execPath, entry, options),
    isAlive: (pid) => send(pid, 0),
    signal: (pid, signal) => send(pid, signal),
  };
}

function start(node: string, entry: string, { env, output }: StartOptions): Started {
  const options = { env, detached: true };
  if (output === 'inherit')
    return toStarted(spawn(node, [entry], { ...options, stdio: ['ignore', 'inherit', 'inherit'] }));
  mkdirSync(dirname(output.file), { recursive: true, mode: 0o700 });
  const log = openSync(output.file, 'a', 0o600);
  const child = spawn(node, [entry], { ...options, stdio: ['ignore', log, log] });
  closeSync(log);
  child.unref();
  return toStarted(child);
}

function toStarted(child: ChildProcess): Started {
  const exited = new Promise<number>((resolve) => {
    child.once('error', () => resolve(1));
    child.once('exit', (code, signal) => {
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0));
    });
  });
  return { pid: child.pid, exited };
}
