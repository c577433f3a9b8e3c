import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { CuttleError } from '@cuttle/core-types/errors';
import type { Clock } from '@cuttle/core-types/ports';

export interface ProgramLimits {
  readonly timeoutMs: number;
  /** What it may print. */
  readonly maxOutputBytes: number;
  /** Memory that it may hold. Measured where the system tells it (Linux). */
  readonly maxMemoryBytes: number;
}

export interface ProgramCall {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** It starts in this folder, and is meant to see no other. */
  readonly folder: string;
  readonly limits: ProgramLimits;
}

export interface ProgramEnd {
  /** `null`: a signal ended it. */
  readonly status: number | null;
  readonly output: Buffer;
  /** The last of what it said about its trouble. */
  readonly trouble: string;
}

const measureMs = 100;
const mostTrouble = 2000;

/**
 * Runs a program to its end, without a shell and without input. One that passes a limit is killed and ends as `media.unreadable`; one that is not
 * there, as `media.no-decoder`. Rejects with `signal.reason`, when the program is gone too.
 */
export async function runProgram(
  call: ProgramCall,
  clock: Pick<Clock, 'sleep' | 'monotonic'>,
  signal: AbortSignal,
): Promise<ProgramEnd> {
  // Not before the first film.
  const { spawn } = await import('node:child_process');
  signal.throwIfAborted();
  const { limits } = call;
  const child = spawn(call.file, [...call.args], {
    cwd: call.folder,
    env: { ...call.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  const done = new AbortController();
  let fault: CuttleError | undefined;
  const stop = (message: string): void => {
    fault ??= new CuttleError('media.unreadable', message);
    child.kill('SIGKILL');
  };
  const onAbort = (): void => void child.kill('SIGKILL');
  signal.addEventListener('abort', onAbort, { once: true });
  const output: Buffer[] = [];
  let printed = 0;
  let trouble = '';
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.length;
    if (printed > limits.maxOutputBytes) stop('The film gives more than it may.');
    else output.push(chunk);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    trouble = `${trouble}${chunk.toString('latin1')}`.slice(-mostTrouble);
  });
  const watching = watch({ child, limits, clock, stop }, done.signal);
  try {
    const status = await endOf(child);
    signal.throwIfAborted();
    if (fault) throw fault;
    return { status, output: Buffer.concat(output), trouble };
  } finally {
    done.abort();
    signal.removeEventListener('abort', onAbort);
    await watching;
  }
}

function endOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => {
      const message = `The program ${child.spawnfile} could not be started.`;
      reject(new CuttleError('media.no-decoder', message, { cause }));
    });
    child.once('close', (status) => resolve(status));
  });
}

interface Watched {
  readonly child: ChildProcess;
  readonly limits: ProgramLimits;
  readonly clock: Pick<Clock, 'sleep' | 'monotonic'>;
  stop(message: string): void;
}

/** Ends when told to, or stops the program. Never rejects. */
async function watch({ child, limits, clock, stop }: Watched, done: AbortSignal): Promise<void> {
  const until = clock.monotonic() + limits.timeoutMs;
  try {
    while (clock.monotonic() < until) {
      await clock.sleep(measureMs, done);
      if ((await memoryOf(child.pid)) > limits.maxMemoryBytes)
        return stop('The film takes too much memory.');
    }
    stop(`The film was not read within ${limits.timeoutMs} ms.`);
  } catch {
    // The sleep ends so when the program did; nothing else may.
    if (!done.aborted) stop('The film could not be watched.');
  }
}

/** Resident bytes of a process; 0 where the system does not say. https://man7.org/linux/man-pages/man5/proc_pid_status.5.html */
async function memoryOf(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid ?? 'self'}/status`, 'latin1').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}
